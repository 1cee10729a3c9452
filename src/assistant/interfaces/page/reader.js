// The reader beside the conversation: articles, whole documents, comparisons, findings.
import { byId, copy, make } from "./dom.js";
import { Failure, html } from "./server.js";

const NARROW = matchMedia("(max-width: 900px)");
const VIEWS = new Set(["document", "compare", "editions"]);

export class Reader {
  constructor() {
    this.panel = byId("reader");
    this.body = byId("reader-body");
    this.latest = 0;
    this.address = null;
    this.history = [];
    this.opener = null;
    this.find = byId("find");
    this.find.addEventListener("submit", (event) => { event.preventDefault(); this.search(); });
    this.on(".back", () => this.back());
    this.on(".close-reader", () => this.close());
    this.on(".widen", () => this.widen(!this.isWide));
    this.body.addEventListener("click", ({ target }) => {
      if (target.matches(".copy-reading")) copy(this.readingText(), target);
      if (target.matches(".copy-link")) copy(this.shareLink(), target);
    });
  }

  on(selector, act) {
    const button = this.panel.querySelector(selector);
    button.addEventListener("click", () => act(button));
  }

  get isWide() {
    return document.body.classList.contains("reading-wide");
  }

  /** Open what a link such as `?doc=…&article=…` leads to. */
  open(href, { link = null, focus = false, drawer = true } = {}) {
    const address = new URLSearchParams(href.split("?")[1] ?? "");
    const view = VIEWS.has(address.get("view")) ? address.get("view") : "article";
    address.delete("view");
    document.querySelectorAll("a.current").forEach((other) => other.classList.remove("current"));
    link?.classList.add("current");
    // Whoever opens one article from another has already a way back to the conversation.
    if (link && !this.panel.contains(link)) this.opener = link;
    if (!address.has("article") && view === "article" && !address.has("start")) {
      return this.show(`reader/document?${address}`, { focus, drawer, wide: true });
    }
    return this.show(`reader/${view}?${address}`, { focus, drawer, wide: view !== "article" });
  }

  openContents({ drawer = true, focus = false } = {}) {
    return this.show("reader/contents", { drawer, focus });
  }

  search() {
    const words = this.find.elements.words.value.trim();
    if (words) this.show(`reader/search?${new URLSearchParams({ words })}`, { focus: true });
  }

  async show(path, { focus = false, drawer = true, wide = null, remember = true } = {}) {
    const ticket = ++this.latest;
    if (drawer) this.panel.classList.add("open");
    if (wide !== null && (wide || this.isWide)) this.widen(wide || (this.isWide && this.keepsWide(path)));
    this.body.setAttribute("aria-busy", "true");
    let content;
    try {
      content = await html(path);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      content = make("p", { class: "state" }, error.message).outerHTML;
    }
    // A slower, earlier request must not replace what was asked for later.
    if (ticket !== this.latest) return;
    if (remember && this.address && this.address !== path) this.history.push(this.address);
    this.address = path;
    this.body.innerHTML = content;
    this.body.removeAttribute("aria-busy");
    this.settle();
    if (focus) this.body.focus({ preventScroll: true });
  }

  keepsWide(path) {
    return !path.startsWith("reader/article");
  }

  /** Bring the marked sentence, or the chosen article, into view, and say where we are. */
  settle() {
    const target = this.body.querySelector("mark") ?? this.body.querySelector('[aria-current="true"]');
    const found = this.body.querySelector(".found");
    this.body.scrollTop = 0;
    if (target && !found) {
      const top = target.getBoundingClientRect().top - this.body.getBoundingClientRect().top;
      this.body.scrollTop = Math.max(0, top - this.body.clientHeight / 3);
    }
    this.panel.querySelector(".back").hidden = this.history.length === 0;
    if (NARROW.matches) this.body.querySelector(".outline details")?.removeAttribute("open");
  }

  back() {
    const path = this.history.pop();
    if (path) this.show(path, { remember: false, wide: !path.startsWith("reader/article") && this.isWide });
  }

  /** On a wide page the first source stands beside the answer without a click. */
  showFirst(answer) {
    const source = answer.querySelector("a.source");
    if (source && !NARROW.matches) this.open(source.getAttribute("href"), { link: source, drawer: false });
  }

  /** Go to the article before or after. */
  step(relation) {
    this.body.querySelector(`a[rel="${relation}"]`)?.click();
  }

  widen(wide) {
    document.body.classList.toggle("reading-wide", wide);
    const button = this.panel.querySelector(".widen");
    button.textContent = wide ? "回到对话" : "放大";
    button.setAttribute("aria-pressed", String(wide));
  }

  /** Close the drawer, or the wide view; the focus returns to where it came from. */
  close() {
    this.panel.classList.remove("open");
    this.widen(false);
    (this.opener?.isConnected ? this.opener : byId("question")).focus();
  }

  get isOpen() {
    return this.isWide || (NARROW.matches && this.panel.classList.contains("open"));
  }

  readingText() {
    const reading = this.body.querySelector(".reading");
    const parts = [reading.querySelector("h2").innerText, reading.querySelector(".body").innerText];
    return [...parts, reading.querySelector(".origin").innerText].join("\n");
  }

  shareLink() {
    return new URL(this.body.querySelector("[data-link]").dataset.link, document.baseURI).href;
  }
}
