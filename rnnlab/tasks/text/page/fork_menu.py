"""The menu of a character's alternatives, of which one branches the text: what the browser does, and what it sends."""

from __future__ import annotations

from typing import Any

from rnnlab.tasks.text.branching import Fork

# The tip's first two lines are words on the character itself; each line after them is one alternative.
MENU = """
const close = () => document.querySelectorAll('.fork').forEach(menu => menu.remove());
const open = (span) => {
  close();
  const sheet = span.closest('.sheet'), menu = document.createElement('div');
  menu.className = 'fork';
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', 'Continue with');
  const title = document.createElement('p');
  title.textContent = 'Continue from here with';
  menu.append(title);
  span.dataset.tip.split('\\n').slice(2).forEach((words, choice) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('role', 'menuitem');
    button.textContent = words;
    button.onclick = () => {
      const row = [...element.querySelectorAll('.sheet')].indexOf(sheet);
      close();
      trigger('select', {row, at: Number(span.dataset.at), choice});
    };
    menu.append(button);
  });
  sheet.append(menu);
  const left = span.offsetLeft, room = sheet.clientWidth - menu.offsetWidth - 8;
  menu.style.left = Math.max(8, Math.min(left, room)) + 'px';
  menu.style.top = span.offsetTop + span.offsetHeight + 4 + 'px';
  menu.querySelector('button')?.focus({preventScroll: true});
};
element.addEventListener('click', (event) => {
  const span = event.target.closest('.written span[data-at]');
  if (span) open(span); else if (!event.target.closest('.fork')) close();
});
element.addEventListener('keydown', (event) => {
  const menu = event.target.closest('.fork');
  if (!menu) return;
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  const all = [...menu.querySelectorAll('button')];
  if (event.key === 'Escape') close();
  if (step) { event.preventDefault(); all.at((all.indexOf(event.target) + step) % all.length).focus(); }
});
"""

CSS = """
.sheet { position: relative; }
.written [data-at] { cursor: pointer; }
.sheet:has(.fork) .written span::after { display: none; }
.fork {
  position: absolute; z-index: 40; min-width: 190px; padding: 6px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--background-fill-primary); box-shadow: 0 6px 20px rgb(0 0 0 / 18%);
}
.fork p { margin: 2px 8px 4px; font-size: .8rem; color: var(--soft); }
.fork button {
  display: block; width: 100%; padding: 6px 8px; border: 0; border-radius: 5px; text-align: left; white-space: pre;
  color: var(--truth); font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
.fork button:is(:hover, :focus-visible) { background: color-mix(in srgb, var(--model) 16%, transparent); }
"""


def fork_of(sent: Any) -> Fork:
    """Where to branch, as the browser sends it; of anything else a place that no text has."""
    numbers = [sent.get(name) for name in ("row", "at", "choice")] if isinstance(sent, dict) else [-1, -1, -1]
    return Fork(*(one if type(one) is int else -1 for one in numbers))
