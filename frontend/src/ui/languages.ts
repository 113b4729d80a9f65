/** In which language each text of a page is written, for whoever hears it read and for fonts and punctuation. */
const HAN = /\p{Script=Han}/gu;
const LATIN = /\p{Script=Latin}/gu;

const count = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0;

/** A word of Chinese is written in one or two characters, an English one in five letters. */
function languageOf(text: string): "zh-CN" | "en" | undefined {
  const han = count(text, HAN);
  const latin = count(text, LATIN);
  if (han + latin === 0) return undefined;
  return han * 2 > latin ? "zh-CN" : "en";
}

const textOf = (element: Element): string =>
  [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : "")).join("");

/** On an English page, what people wrote in Chinese is marked as such, now and as it comes; returns how to stop. */
export function markLanguages(root: Element): () => void {
  const marked = new Set<Element>();

  const mark = (element: Element): void => {
    if (element.hasAttribute("lang") && !marked.has(element)) return;
    const language = languageOf(textOf(element));
    const around = element.parentElement?.closest("[lang]")?.getAttribute("lang");
    if (language && language !== around) {
      element.setAttribute("lang", language);
      marked.add(element);
    } else if (marked.delete(element)) element.removeAttribute("lang");
  };
  const look = (element: Element): void => {
    for (const each of [element, ...element.querySelectorAll("*")]) mark(each);
  };

  const watch = new MutationObserver((changes) => {
    const changed = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement));
    for (const element of new Set(changed)) if (element?.isConnected) look(element);
  });
  look(root);
  watch.observe(root, { childList: true, characterData: true, subtree: true });
  return () => {
    watch.disconnect();
    for (const element of marked) element.removeAttribute("lang");
  };
}
