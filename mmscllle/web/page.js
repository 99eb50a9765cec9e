() => {
  const find = (selector) => document.querySelector(selector);

  // A picture on the clipboard goes the way of a dropped file.
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const input = find('#upload input[type=file]');
    if (!files.length || !input) return;
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });

  // What Gradio's components do not say to a screen reader.
  const texts = {
    '#view': ['before', 'after'],
    '#seen': ['what the segmentor sees before', 'what the segmentor sees after'],
    '#curves': ['plot of the tone curves'],
    '#histograms': ['plot of the histograms before and after'],
  };
  const describe = () => {
    for (const [place, alts] of Object.entries(texts)) {
      document.querySelectorAll(`${place} img`).forEach((image, index) => {
        const text = alts[Math.min(index, alts.length - 1)];
        if (image.alt !== text) image.alt = text;
      });
    }
    const status = find('#status');
    if (status && !status.hasAttribute('aria-live')) {
      status.setAttribute('role', 'status');
      status.setAttribute('aria-live', 'polite');
    }
    document.querySelectorAll('#upload input[type=file]').forEach((input) => {
      if (!input.hasAttribute('aria-label')) input.setAttribute('aria-label', 'pictures or a video');
    });
  };
  describe();
  new MutationObserver(describe).observe(document.body, { childList: true, subtree: true });
}
