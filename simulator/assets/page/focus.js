// Whoever opens the search types at once: its field takes the focus as soon as it is there.
export default function () {
  const take = () => {
    const field = document.querySelector('[role="dialog"] input');
    if (field) field.focus();
    else waiting = requestAnimationFrame(take);
  };
  let waiting = requestAnimationFrame(take);
  return () => cancelAnimationFrame(waiting);
}
