(() => {
  'use strict';
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const cells = all('.grid td a');
  const drawer = document.getElementById('drawer');
  const title = document.getElementById('drawer-title');
  const body = document.getElementById('drawer-body');
  const filter = document.querySelector('.filter');
  let shown = cells;
  let current = null;

  // The drawer shows a copy of the evidence that stands further down the page.
  const open = cell => {
    const evidence = document.getElementById(cell.hash.slice(1));
    const summary = evidence.parentElement.querySelector('summary');
    title.replaceChildren(...summary.cloneNode(true).childNodes);
    title.className = cell.className.split(' ')[0];
    body.replaceChildren(...evidence.cloneNode(true).childNodes);
    body.scrollTop = 0;
    current = cell;
    const at = shown.indexOf(cell);
    drawer.querySelector('[data-step="-1"]').disabled = at <= 0;
    drawer.querySelector('[data-step="1"]').disabled = at < 0 || at === shown.length - 1;
    if (!drawer.open) drawer.showModal();
    history.replaceState(null, '', cell.hash);
  };
  const step = by => {
    const next = shown[shown.indexOf(current) + by];
    if (next) open(next);
  };
  cells.forEach(cell => {
    cell.setAttribute('aria-haspopup', 'dialog');
    cell.addEventListener('click', event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      focusable(cell);
      open(cell);
    });
  });
  all('[data-step]', drawer).forEach(button => button.addEventListener('click', () => step(Number(button.dataset.step))));
  drawer.querySelector('[data-close]').addEventListener('click', () => drawer.close());
  drawer.addEventListener('click', event => { if (event.target === drawer) drawer.close(); });
  drawer.addEventListener('keydown', event => {
    if (event.key === 'ArrowLeft') step(-1);
    if (event.key === 'ArrowRight') step(1);
  });
  drawer.addEventListener('close', () => {
    history.replaceState(null, '', location.pathname + location.search);
    if (current) {
      focusable(current);
      current.focus();
    }
  });

  // A grid is one stop of the Tab key; the arrow keys move within it.
  const focusable = cell => {
    const grid = cell.closest('.grid');
    all('a[tabindex="0"]', grid).forEach(other => { other.tabIndex = -1; });
    cell.tabIndex = 0;
  };
  const reset = grid => {
    const links = all('td a', grid);
    links.forEach(link => { link.tabIndex = -1; });
    const first = links.find(link => shown.includes(link) && link.dataset.sign === 'violation')
      || links.find(link => shown.includes(link));
    if (first) first.tabIndex = 0;
  };
  const neighbour = (cell, down, right) => {
    let row = cell.closest('tr');
    let column = cell.closest('td').cellIndex;
    for (;;) {
      if (down) row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
      column += right;
      const td = row && row.cells[column];
      if (!td || td.tagName !== 'TD') return null;
      const link = td.querySelector('a');
      if (link && !td.hidden && !row.hidden) return link;
    }
  };
  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  all('.grid').forEach(grid => grid.addEventListener('keydown', event => {
    const cell = event.target.closest('td a');
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const within = shown.filter(link => grid.contains(link));
    const next = moves[event.key] ? neighbour(cell, ...moves[event.key])
      : event.key === 'Home' ? within[0] : event.key === 'End' ? within[within.length - 1] : null;
    if (moves[event.key] || next) event.preventDefault();
    if (next) {
      focusable(next);
      next.focus();
    }
  }));

  // The filter leaves the rows and columns that have something to show, and dims the other cells in them.
  const show = value => {
    const fits = link => value === 'all' || link.dataset.sign === value;
    shown = cells.filter(fits);
    all('.matrix').forEach(matrix => {
      const rows = all('tbody tr', matrix);
      const columns = new Set();
      rows.forEach(row => {
        const fitting = all('a', row).filter(fits);
        row.hidden = fitting.length === 0;
        fitting.forEach(link => columns.add(link.closest('td').cellIndex));
      });
      all('tr', matrix).forEach(row => Array.from(row.cells).forEach((cell, i) => {
        cell.hidden = i > 0 && !columns.has(i);
      }));
      all('a', matrix).forEach(link => link.classList.toggle('dim', !fits(link)));
      matrix.hidden = rows.every(row => row.hidden);
      reset(matrix.querySelector('.grid'));
    });
    all('.findings').forEach(list => { list.hidden = value !== 'all' && list.dataset.sign !== value; });
    all('.rest').forEach(rest => { rest.hidden = value !== 'all'; });
    document.getElementById('shown').textContent = shown.length + ' shown';
  };
  if (filter) {
    filter.hidden = all('input', filter).length < 2;
    filter.addEventListener('change', event => show(event.target.value));
    all('.grid').forEach(reset);
  }

  const linked = cells.find(cell => cell.hash === location.hash);
  if (linked && location.hash) open(linked);
})();
