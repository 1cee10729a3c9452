// The look that was chosen on the chat page, before anything is painted.
(() => {
  "use strict";
  try {
    const theme = localStorage.getItem("assistant-theme");
    if (theme) document.documentElement.dataset.theme = theme;
    const size = Number(localStorage.getItem("assistant-size"));
    if (size >= 0.5 && size <= 3) document.documentElement.style.setProperty("--scale", String(size));
  } catch { /* A browser that keeps nothing has nothing to tell. */ }
})();
