// Making elements: text goes in as text, so nothing that people or documents wrote is markup.

/** Return an element; `attributes` that are null or false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Return the paragraphs of a text that has line breaks. */
export function lines(text) {
  return text.split("\n").filter((line) => line.trim());
}

/** Return the address of a place in the documents, as the server writes it. */
export function placeLink({ doc, article = "", start = null, end = null }) {
  const address = new URLSearchParams({ doc });
  if (article !== "" && article !== null) address.set("article", article);
  if (start !== null && end !== null) {
    address.set("start", start);
    address.set("end", end);
  }
  return `?${address}`;
}

/** Copy a text, and say so on the button. */
export async function copy(text, button) {
  // The clipboard API exists on https and localhost only; a closed network often has neither.
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    const area = make("textarea", { style: "position: fixed" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const words = button.dataset.words ?? button.textContent;
  button.dataset.words = words;
  button.textContent = "已复制";
  setTimeout(() => { button.textContent = words; }, 1500);
}
