// The examples name the address that this page was opened under.
for (const example of document.querySelectorAll('pre')) {
  example.textContent = example.textContent.replaceAll('http://HOST', location.origin);
}
