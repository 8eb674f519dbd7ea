// A page that stops to work, really.

const TREES = 400;
const DEPTH = 400; // the parser goes no deeper

// No timer and no debugger gets a turn meanwhile.
export function hang(seconds) {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until);
}

// Copying a tree as deep as this one takes more stack than a renderer has.
export function crash() {
  const root = document.createElement('div');
  let end = root;
  for (let count = 0; count < TREES; count += 1) {
    const tree = document.createElement('div');
    tree.innerHTML = '<div>'.repeat(DEPTH);
    end.append(tree);
    for (end = tree; end.firstElementChild; end = end.firstElementChild);
  }
  root.cloneNode(true);
}
