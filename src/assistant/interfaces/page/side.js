// The conversations that were kept: listed, looked through, opened, renamed, deleted.
import { byId, make } from "./dom.js";
import { Failure, call } from "./server.js";

const TYPING_MS = 250;

export class Side {
  constructor(talk) {
    this.talk = talk;
    this.panel = byId("side");
    this.list = byId("conversations");
    this.state = byId("side-state");
    this.button = byId("open-side");
    this.field = byId("side-search");
    this.latest = 0;
    this.button.addEventListener("click", () => this.toggle());
    this.panel.querySelector(".close-side").addEventListener("click", () => this.close());
    this.field.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.refresh(), TYPING_MS);
    });
  }

  get isOpen() {
    return this.panel.classList.contains("open");
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.panel.classList.add("open");
    this.button.setAttribute("aria-expanded", "true");
    this.refresh();
    this.field.focus();
  }

  close() {
    if (!this.isOpen) return;
    this.panel.classList.remove("open");
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  /** Show the list anew, when it is in sight. */
  async refresh() {
    if (!this.isOpen) return;
    const ticket = ++this.latest;
    const search = this.field.value.trim();
    try {
      const found = await call("GET", `api/conversations?${new URLSearchParams({ search })}`);
      if (ticket !== this.latest) return;
      this.list.replaceChildren(...found.map((one) => this.renderEntry(one)));
      this.say(found.length ? "" : search ? "没有找到。" : "还没有对话。");
    } catch (error) {
      this.complain(error);
    }
  }

  renderEntry(conversation) {
    const title = conversation.title || "未命名";
    const current = conversation.id === this.talk.conversation;
    const entry = make("li", { class: current ? "current" : null });
    entry.append(
      make("button", {
        type: "button", class: "title", title, "aria-current": current ? "true" : null,
        onclick: () => this.load(conversation.id),
      }, title, make("span", { class: "facts" }, `${day(conversation.changed_at)} · ${conversation.turns} 问`)),
      make("details", { class: "acts" },
        make("summary", { "aria-label": `“${title}”的操作` }, "⋯"),
        make("div", { class: "menu" },
          make("button", { type: "button", onclick: () => this.rename(entry, conversation) }, "改名"),
          make("a", { href: `api/conversations/${conversation.id}/export.docx`, download: "" }, "导出 Word"),
          make("button", { type: "button", onclick: () => this.delete(entry, conversation) }, "删除"))),
    );
    return entry;
  }

  async load(id) {
    try {
      const { turns } = await call("GET", `api/conversations/${id}`);
      this.talk.load(id, turns);
      if (matchMedia("(max-width: 1279px)").matches) this.close();
      else this.refresh();
    } catch (error) {
      this.complain(error);
    }
  }

  rename(entry, conversation) {
    const field = make("input", { type: "text", "aria-label": "新名称", maxlength: "40" });
    field.value = conversation.title;
    const form = make("form", { class: "rename" }, field, make("button", { type: "submit" }, "保存"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await call("PATCH", `api/conversations/${conversation.id}`, { title: field.value });
        this.refresh();
      } catch (error) {
        this.complain(error);
      }
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.refresh();
    });
    entry.replaceChildren(form);
    field.select();
  }

  /** Ask once more in place, then delete. */
  delete(entry, conversation) {
    const sure = make("button", { type: "button", class: "sure" }, "确定删除");
    sure.addEventListener("click", async () => {
      try {
        await call("DELETE", `api/conversations/${conversation.id}`);
        if (conversation.id === this.talk.conversation) this.talk.clear();
        this.refresh();
      } catch (error) {
        this.complain(error);
      }
    });
    const keep = make("button", { type: "button", onclick: () => this.refresh() }, "取消");
    entry.replaceChildren(make("span", { class: "title" }, `删除“${conversation.title}”？`), sure, keep);
    sure.focus();
  }

  complain(error) {
    if (!(error instanceof Failure)) throw error;
    this.say(error.message);
  }

  say(words) {
    this.state.textContent = words;
  }
}

/** Return a moment as people write it: 今天 14:05, 11月3日. */
function day(iso) {
  const moment = new Date(iso);
  const today = new Date();
  if (moment.toDateString() === today.toDateString()) {
    return `今天 ${moment.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })}`;
  }
  const year = moment.getFullYear() === today.getFullYear() ? "" : `${moment.getFullYear()}年`;
  return `${year}${moment.getMonth() + 1}月${moment.getDate()}日`;
}
