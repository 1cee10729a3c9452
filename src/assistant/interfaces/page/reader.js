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
    this.path = null;
    this.content = null;
    this.visited = [];
    this.opener = null;
    this.form = byId("find");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.search(); });
    this.on(".back", () => this.back());
    this.on(".close-reader", () => this.close());
    this.on(".widen", () => this.widen(!this.isWide));
    this.body.addEventListener("click", ({ target }) => {
      if (target.matches(".copy-reading")) copy(this.readingText(), target);
      if (target.matches(".copy-link")) copy(new URL(this.link, document.baseURI).href, target);
    });
  }

  on(selector, act) {
    this.panel.querySelector(selector).addEventListener("click", act);
  }

  get isWide() {
    return document.body.classList.contains("reading-wide");
  }

  get isOpen() {
    return this.isWide || (NARROW.matches && this.panel.classList.contains("open"));
  }

  /** The address of what is shown. */
  get link() {
    return this.body.querySelector("[data-link]")?.dataset.link ?? "";
  }

  /** Open what a link such as `?doc=…&article=…` leads to. */
  open(href, { link = null, focus = false, drawer = true } = {}) {
    const address = new URLSearchParams(href.split("?")[1] ?? "");
    const { view, wide } = this.chooseView(address);
    document.querySelectorAll("a.current").forEach((other) => other.classList.remove("current"));
    link?.classList.add("current");
    // Whoever opens one article from another has already a way back to the conversation.
    if (link && !this.panel.contains(link)) this.opener = link;
    if (view === "document" && this.goTo(address)) return undefined;
    return this.show(`reader/${view}?${address}`, { focus, drawer, wide });
  }

  /** Where the conversation is covered anyway, an article is shown in its document. */
  chooseView(address) {
    const chosen = address.get("view");
    address.delete("view");
    const single = address.has("article") || address.has("start");
    if (chosen === "compare" && single) return { view: "compare", wide: false };
    if (VIEWS.has(chosen)) return { view: chosen, wide: true };
    return this.isWide || !single ? { view: "document", wide: true } : { view: "article", wide: false };
  }

  /** Go to an article of the document that is shown already; false when it is another one. */
  goTo(address) {
    const book = this.body.querySelector(".book");
    const unit = book?.dataset.document === address.get("doc") && !address.has("start")
      ? [...book.querySelectorAll(".unit")].find((one) => one.dataset.unit === address.get("article"))
      : null;
    if (!unit) return false;
    book.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
    unit.setAttribute("aria-current", "true");
    book.querySelector(".whole").dataset.link = `?${address}`;
    this.widen(true);
    this.bringIntoView(unit);
    return true;
  }

  openContents({ drawer = true, focus = false } = {}) {
    return this.show("reader/contents", { drawer, focus });
  }

  search() {
    const words = this.form.elements.words.value.trim();
    if (words) this.show(`reader/search?${new URLSearchParams({ words })}`, { focus: true });
  }

  async show(path, { focus = false, drawer = true, wide = false, remember = true } = {}) {
    const ticket = ++this.latest;
    if (drawer) this.panel.classList.add("open");
    if (wide) this.widen(true);
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
    if (remember && this.path && this.path !== path) this.visited.push(this.path);
    // What stands there already stays, with what the reader has unfolded in it.
    if (path !== this.path || content !== this.content) this.body.innerHTML = content;
    [this.path, this.content] = [path, content];
    this.body.removeAttribute("aria-busy");
    this.settle();
    if (focus) this.body.focus({ preventScroll: true });
  }

  /** Bring the marked sentence, or the chosen article, into view. */
  settle() {
    this.panel.querySelector(".back").hidden = this.visited.length === 0;
    if (NARROW.matches) this.body.querySelector(".outline details")?.removeAttribute("open");
    this.body.scrollTop = 0;
    const target = this.body.querySelector("mark") ?? this.body.querySelector('[aria-current="true"]');
    if (target && !this.body.querySelector(".found")) this.bringIntoView(target);
    this.address();
  }

  bringIntoView(target) {
    const top = target.getBoundingClientRect().top - this.body.getBoundingClientRect().top;
    this.body.scrollTop = Math.max(0, this.body.scrollTop + top - this.body.clientHeight / 4);
    this.address();
  }

  /** While the documents fill the page, its address is theirs. */
  address() {
    const shown = this.isWide && this.link ? this.link : location.pathname;
    window.history.replaceState(window.history.state, "", shown);
  }

  back() {
    const path = this.visited.pop();
    if (path) this.show(path, { remember: false });
  }

  /** On a wide page the first source stands beside the answer without a click. */
  showFirst(answer) {
    const source = answer.querySelector("a.source");
    if (source && !NARROW.matches) this.open(source.getAttribute("href"), { link: source, drawer: false });
  }

  /** Go to the article before or after. */
  step(relation) {
    const current = this.body.querySelector('.unit[aria-current="true"]');
    const beside = relation === "prev" ? "previousElementSibling" : "nextElementSibling";
    let unit = current?.[beside];
    while (unit && !unit.matches(".unit")) unit = unit[beside];
    const link = unit?.querySelector(".anchor") ?? this.body.querySelector(`a[rel="${relation}"]`);
    link?.click();
  }

  widen(wide) {
    document.body.classList.toggle("reading-wide", wide);
    const button = this.panel.querySelector(".widen");
    button.textContent = wide ? "回到对话" : "放大";
    button.setAttribute("aria-pressed", String(wide));
    this.address();
  }

  /** Close the drawer, or the wide view; the focus returns to where it came from. */
  close() {
    this.panel.classList.remove("open");
    this.widen(false);
    (this.opener?.isConnected ? this.opener : byId("question")).focus();
  }

  readingText() {
    const reading = this.body.querySelector(".reading");
    const parts = [reading.querySelector("h2").innerText, reading.querySelector(".body").innerText];
    return [...parts, reading.querySelector(".origin").innerText].join("\n");
  }
}
