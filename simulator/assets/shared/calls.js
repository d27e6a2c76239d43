// Streamlit calls a component again when its data changes. It ends a call that another has overtaken,
// maybe only after that one, which goes on with what the first has made: an end counts for the last
// call alone.

const last = new WeakMap();

// What ends this call of the component at this place, for Streamlit.
export function ending(place, leave) {
  const call = {};
  last.set(place, call);
  return () => {
    if (last.get(place) === call) leave();
  };
}
