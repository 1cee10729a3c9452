// The reader beside the conversation: opens articles, marks the cited sentence, copies text.
(() => {
  "use strict";
  const NARROW = matchMedia("(max-width: 900px)");
  let latest = 0;

  const reader = () => document.getElementById("reader");
  const body = () => document.getElementById("reader-body");

  async function show(path) {
    const ticket = ++latest;
    const panel = body();
    if (!panel) return;
    panel.setAttribute("aria-busy", "true");
    let html;
    try {
      const response = await fetch(path);
      html = response.ok ? await response.text() : failure((await response.json()).error);
    } catch {
      html = failure("与服务的连接中断，请稍后重试。");
    }
    // A slower, earlier request must not replace what was asked for later.
    if (ticket !== latest) return;
    panel.innerHTML = html;
    panel.removeAttribute("aria-busy");
    const mark = panel.querySelector("mark");
    if (mark) panel.scrollTop += mark.getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 3;
    else panel.scrollTop = 0;
  }

  function failure(message) {
    const line = document.createElement("p");
    line.className = "state";
    line.textContent = message;
    return line.outerHTML;
  }

  function open(link, { drawer = true } = {}) {
    if (drawer) reader().classList.add("open");
    document.querySelectorAll("#chat a.current").forEach((other) => other.classList.remove("current"));
    link?.classList.add("current");
    show("reader/article?" + link.getAttribute("href").slice("#read?".length));
  }

  function openContents() {
    reader().classList.add("open");
    show("reader/contents");
  }

  async function copy(text, button) {
    // The clipboard API exists on https and localhost only; a closed network often has neither.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {
      const area = document.createElement("textarea");
      area.value = text;
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const words = button.textContent;
    button.textContent = "已复制";
    setTimeout(() => { button.textContent = words; }, 1500);
  }

  function plain(answer) {
    return [...answer.querySelector(".plain").childNodes]
      .map((node) => (node.nodeName === "BR" ? "\n" : node.textContent)).join("");
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const link = at('a[href^="#read?"]');
    if (link) { event.preventDefault(); open(link); }
    else if (at(".open-contents")) openContents();
    else if (at(".close-reader")) reader().classList.remove("open");
    else if (at("button.copy")) copy(plain(at(".answer")), at("button.copy"));
    else if (at("button.copy-reading")) copy(body().innerText, at("button.copy-reading"));
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") reader().classList.remove("open");
  });

  window.reader = {
    // On a wide page the first source stands beside the answer without a click.
    openFirst() {
      const answers = document.querySelectorAll("#chat .answer");
      const source = answers[answers.length - 1]?.querySelector("a.source");
      if (source && !NARROW.matches) open(source, { drawer: false });
    },
  };

  // Gradio puts a message's HTML into its label, which a screen reader would read out as code.
  function relabel() {
    for (const [role, label] of [["user", "提问"], ["bot", "答复"]]) {
      document.querySelectorAll(`#chat [data-testid="${role}"]:not([aria-label="${label}"])`)
        .forEach((message) => message.setAttribute("aria-label", label));
    }
    document.querySelectorAll('#chat .example[aria-label^="Select"]')
      .forEach((example) => example.setAttribute("aria-label", example.textContent.trim()));
    // The box's own label also holds the button, and would be read with it.
    document.querySelector("#box textarea:not([aria-label])")?.setAttribute("aria-label", "输入问题");
    const log = document.querySelector('#chat [role="log"]:not([aria-label="对话"])');
    log?.setAttribute("aria-label", "对话");
  }

  document.documentElement.lang = "zh-CN";
  const mounted = new MutationObserver(() => {
    if (!body() || !document.getElementById("talk")) return;
    mounted.disconnect();
    show("reader/contents");
    relabel();
    new MutationObserver(relabel).observe(document.getElementById("talk"), {
      childList: true, subtree: true, attributeFilter: ["aria-label"],
    });
  });
  mounted.observe(document.documentElement, { childList: true, subtree: true });
})();
