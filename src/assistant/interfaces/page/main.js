// Starts the page once Gradio has put its frame in place.
import { byId } from "./dom.js";
import { Feedback } from "./feedback.js";
import { Reader } from "./reader.js";
import { Side } from "./side.js";
import { Talk } from "./talk.js";

const PARTS = ["question", "reader-body", "conversations", "clear"];
const THEME = "assistant-theme";
const SIZE = "assistant-size";

function start() {
  document.documentElement.lang = "zh-CN";
  const reader = new Reader();
  let side = null;
  const talk = new Talk({ reader, kept: (id) => side.refresh(id), feedback: new Feedback() });
  side = new Side(talk);

  const address = new URLSearchParams(location.search);
  if (address.has("doc")) {
    if (!address.has("view") && !address.has("start")) address.set("view", "document");
    reader.open(`?${address}`);
  } else {
    reader.openContents({ drawer: false });
    byId("question").focus();
  }
  if (address.has("conversation")) side.load(address.get("conversation"));

  document.addEventListener("click", (event) => clicked(event, { reader, side, talk }));
  document.addEventListener("keydown", (event) => pressed(event, { reader, side, talk }));
  byId("print").addEventListener("click", () => print());
  byId("help").addEventListener("click", () => byId("keys").showModal());
  document.body.classList.add("ready");
  performance.mark("ready");
}

function clicked(event, { reader, talk }) {
  const at = (selector) => event.target.closest?.(selector);
  if (!at("#more")) byId("more").removeAttribute("open");
  const link = at('a[href^="?doc="]');
  // A click with a key held opens a tab of its own, as everywhere.
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    // A click that comes from the keyboard takes the focus along.
    reader.open(link.getAttribute("href"), { link, focus: event.detail === 0 });
  } else if (at(".open-contents")) reader.openContents({ focus: event.detail === 0 });
  else if (at("#clear")) talk.clear();
  else if (at("#more [data-size]")) chooseSize(at("[data-size]").dataset.size);
  else if (at("#more [data-theme]")) chooseTheme(at("[data-theme]").dataset.theme);
}

function pressed(event, { reader, side, talk }) {
  const typing = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape" && !event.isComposing && !byId("keys").open) {
    if (byId("more").open) byId("more").removeAttribute("open");
    else if (talk.running) talk.stop();
    else if (reader.isOpen) reader.close();
    else side.close();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("question").focus();
  } else if (event.altKey && event.key === "ArrowLeft" && !typing) {
    event.preventDefault();
    reader.step("prev");
  } else if (event.altKey && event.key === "ArrowRight" && !typing) {
    event.preventDefault();
    reader.step("next");
  } else if (event.altKey && event.code === "KeyN") {
    event.preventDefault();
    talk.clear();
  }
}

function chooseSize(size) {
  document.documentElement.style.setProperty("--scale", size);
  localStorage.setItem(SIZE, size);
}

function chooseTheme(theme) {
  localStorage.setItem(THEME, theme);
  applyTheme();
}

function applyTheme() {
  const chosen = localStorage.getItem(THEME);
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
}

chooseSize(localStorage.getItem(SIZE) ?? "1");
applyTheme();
// Gradio sets the theme once more when it starts.
new MutationObserver(applyTheme).observe(document.body, { attributeFilter: ["class"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

const isThere = () => PARTS.every(byId);
if (isThere()) start();
else {
  const mounted = new MutationObserver(() => {
    if (!isThere()) return;
    mounted.disconnect();
    start();
  });
  mounted.observe(document.documentElement, { childList: true, subtree: true });
}
