// The one policy by which text may become HTML: what our own server rendered, without anything that runs.
// htmx parses its answers through a document; without a default policy the browser refuses that as well.
if (window.trustedTypes) {
  const runs = /<(?:script|iframe|object|embed|base)\b|<[^>]+\son[a-z]+\s*=|<[^>]+=\s*["']?\s*javascript:/i;
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) => (runs.test(text) ? null : text),
  });
}
