// Single keys of a viewer, {key: action}; combined with Alt, Ctrl or Meta they stay the browser's.
export const onKeys = (keys) => (event) => {
  const ownKeys = ['SELECT', 'INPUT'].includes(event.target.tagName); // arrow keys already mean something there
  if (ownKeys || event.altKey || event.ctrlKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
};
