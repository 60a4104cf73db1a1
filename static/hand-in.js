// Improvements only: a picture or file that is pasted, dropped or chosen is read at once, as "Read it" does.
"use strict";
{
  const field = document.getElementById("file");
  const form = field.form;
  const read = () => {
    form.setAttribute("aria-busy", "true");
    form.requestSubmit(form.elements.namedItem("read"));
  };
  const take = (event, files) => {
    if (!files?.length) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(files[0]);
    field.files = one.files;
    read();
  };
  field.addEventListener("change", () => field.files.length && read());
  form.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  form.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  form.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
}
