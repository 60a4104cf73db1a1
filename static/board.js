// An improvement only: with the focus inside the page's content, j and k move to the next and the previous case.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  const focus = document.activeElement;
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!focus?.closest("main") || focus.closest("input, textarea, select")) return;
  const links = [...document.querySelectorAll(".board th a")];
  const at = links.indexOf(focus);
  links[at < 0 ? 0 : at + step]?.focus();
});
