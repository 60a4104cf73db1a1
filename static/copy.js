"use strict";
// A button copies the command above it and says so. Where the browser does not let it, the command is selected.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copied]");
  if (!button) return;
  const text = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.lastChild.textContent = button.dataset.copied;
    document.getElementById("said").textContent = button.dataset.copied;
  } catch {
    window.getSelection().selectAllChildren(text);
  }
});
