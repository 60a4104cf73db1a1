// Improvements only: with the focus inside the page's content, j and k move to the next and the previous case; and a
// link to plain text copies it.
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  const focus = document.activeElement;
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!focus?.closest("main") || focus.closest("input, textarea, select")) return;
  const links = [...document.querySelectorAll(".board th a")];
  const at = links.indexOf(focus);
  links[at < 0 ? 0 : at + step]?.focus();
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copied]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    link.lastChild.textContent = link.dataset.copied;
    document.getElementById("said").textContent = link.dataset.copied;
  } catch {
    window.location.assign(link.href);
  }
});
