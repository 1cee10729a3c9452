// Practice: the reader beside the questions, the exam's clock, small corrections of labels.
(() => {
  "use strict";
  const NARROW = matchMedia("(max-width: 900px)");
  const trail = [];
  let latest = 0;

  const reader = () => document.getElementById("reader");
  const body = () => document.getElementById("reader-body");
  // The app may live below another path behind a proxy.
  const root = () => location.pathname.slice(0, Math.max(0, location.pathname.lastIndexOf("/quiz")));

  async function show(query, { back = false } = {}) {
    const ticket = ++latest;
    const panel = body();
    if (!panel) return;
    if (!back) trail.push(query);
    panel.setAttribute("aria-busy", "true");
    let html;
    try {
      const response = await fetch(`${root()}/reader/article${query}`);
      html = response.ok ? await response.text() : failure((await response.json()).error);
    } catch {
      html = failure("与服务的连接中断，请稍后重试。");
    }
    // A slower, earlier request must not replace what was asked for later.
    if (ticket !== latest) return;
    panel.innerHTML = html;
    panel.removeAttribute("aria-busy");
    const mark = panel.querySelector("mark");
    panel.scrollTop = mark ? panel.scrollTop + mark.getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 3 : 0;
  }

  function failure(message) {
    const line = document.createElement("p");
    line.className = "state";
    line.textContent = message;
    return line.outerHTML;
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const link = at('a[href^="?doc="]');
    if (link) {
      event.preventDefault();
      const query = link.getAttribute("href");
      // Whole documents, comparisons and printings belong to the chat's larger reader.
      if (query.includes("view=")) { window.open(`${root()}/${query}`, "_blank"); return; }
      reader()?.classList.add("open");
      show(query);
    } else if (at(".close-reader")) reader().classList.remove("open");
    else if (at(".back-reader") && trail.length > 1) { trail.pop(); show(trail[trail.length - 1], { back: true }); }
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") reader()?.classList.remove("open");
  });

  window.quiz = {
    // On a wide page the first source stands beside the verdict without a click.
    openFirst(place) {
      const source = document.querySelector(`${place} a.source`);
      if (source && !NARROW.matches) show(source.getAttribute("href"));
    },
    // An exam begins with nothing open beside it.
    rest() {
      trail.length = 0;
      latest += 1;
      if (body()) body().innerHTML = '<p class="state">交卷后，依据的条文在这里打开。</p>';
    },
    top(place) { document.querySelector(place)?.scrollIntoView({ block: "start" }); },
  };

  // --- the exam's clock: the server decides, this only shows ---
  let clock = null;
  let ends = 0;
  let pressed = -Infinity;
  const PRESS_AGAIN_MS = 3000;
  setInterval(() => {
    const shown = document.querySelector("#exam-clock [data-left]");
    if (!shown) { clock = null; return; }
    if (shown !== clock) {
      clock = shown;
      ends = performance.now() + Number(shown.dataset.left) * 1000;
      pressed = -Infinity;
    }
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    const words = `${Math.floor(left / 60)}分${String(left % 60).padStart(2, "0")}秒`;
    const figure = shown.querySelector("b");
    if (figure.textContent !== words) figure.textContent = words;
    shown.classList.toggle("late", left <= 60);
    // Again after a while: the server may find that there is time left, or not have been reached.
    if (left === 0 && performance.now() - pressed > PRESS_AGAIN_MS) {
      pressed = performance.now();
      document.querySelector("#time-up")?.click();
    }
  }, 500);

  document.documentElement.lang = "zh-CN";
})();
