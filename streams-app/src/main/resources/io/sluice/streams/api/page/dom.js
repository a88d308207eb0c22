/*
 * Builds the page's elements. Whatever comes from the API becomes a text node or an attribute that
 * cannot run anything, so no text of a candidate is ever read as HTML.
 */

const SVG = 'http://www.w3.org/2000/svg';
const SAFE_LINK = /^(#|api\/|blob:)/;

/** An element with attributes, listeners (`onclick`, ...) and children; absent children are skipped. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'disabled') element[name] = value;
    else if (name === 'share') element.style.setProperty('--share', `${(100 * value).toFixed(2)}%`);
    else if (name === 'href' && !SAFE_LINK.test(value)) throw new Error(`not a link of this page: ${value}`);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * A part of a view that is built anew only when what it shows has changed, so that what a person
 * reads, has unfolded or has focused stays as it is while events arrive.
 */
export function part(element, build) {
  let shown;
  return {
    element,
    show(data) {
      const now = JSON.stringify(data);
      if (now === shown) return;
      shown = now;
      const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
      const built = build(data);
      element.replaceChildren(...[built].flat(Infinity).filter(Boolean));
      if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    },
  };
}

let lastId = 0;

/** A new id for an element that another one refers to. */
export function newId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** Says something to screen readers. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}
