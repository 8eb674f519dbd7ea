// Events, models and collections as the page's clients expect them: `change:name` and `change` on a model reach
// every collection that holds it.

export class Emitter {
  constructor() {
    Object.defineProperty(this, '_handlers', { value: {}, enumerable: false });
  }

  on(names, fn, context) {
    for (const name of names.split(' ')) (this._handlers[name] ||= []).push({ fn, context });
    return this;
  }

  once(name, fn, context) {
    const wrapper = (...args) => {
      this.off(name, wrapper);
      fn.apply(context || this, args);
    };
    wrapper.original = fn;
    return this.on(name, wrapper, context);
  }

  off(name, fn) {
    const names = name ? [name] : Object.keys(this._handlers);
    for (const each of names) {
      const left = (this._handlers[each] || []).filter((h) => fn && h.fn !== fn && h.fn.original !== fn);
      this._handlers[each] = left;
    }
    return this;
  }

  trigger(name, ...args) {
    for (const h of [...(this._handlers[name] || [])]) h.fn.apply(h.context || this, args);
    if (name !== 'all') for (const h of [...(this._handlers.all || [])]) h.fn.call(h.context || this, name, ...args);
    return this;
  }

  listenTo(other, names, fn) {
    other.on(names, fn, this);
    return this;
  }

  stopListening() {
    return this;
  }

  hasListener(name) {
    return (this._handlers[name] || []).length > 0;
  }
}

export class Model extends Emitter {
  constructor(attributes) {
    super();
    Object.defineProperty(this, '_collections', { value: new Set(), enumerable: false });
    for (const [name, value] of Object.entries(attributes || {})) this._define(name, value);
  }

  _define(name, value) {
    Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
  }

  _emit(name, ...args) {
    this.trigger(name, ...args);
    for (const collection of this._collections) collection.trigger(name, ...args);
  }

  set(name, value) {
    const wanted = typeof name === 'object' ? name : { [name]: value };
    const changes = [];
    for (const [key, next] of Object.entries(wanted)) {
      const old = this[key];
      if (old === next) continue;
      this._define(key, next);
      changes.push([key, next, old]);
    }
    for (const [key, next, old] of changes) this._emit('change:' + key, this, next, old);
    if (changes.length) this._emit('change', this);
    return this;
  }

  unset(name) {
    delete this[name];
    return this;
  }

  get attributes() {
    return { ...this };
  }

  serialize() {
    const plain = ([, value]) => !(value instanceof Emitter) && typeof value !== 'function';
    return Object.fromEntries(Object.entries(this).filter(plain));
  }

  toJSON() {
    return this.serialize();
  }

  unsafe() {
    return this;
  }
}

export class Collection extends Emitter {
  constructor() {
    super();
    Object.defineProperty(this, '_map', { value: new Map(), enumerable: false });
  }

  add(given) {
    const added = (Array.isArray(given) ? given : [given]).map((each) => this._addOne(each));
    return added;
  }

  _addOne(given) {
    const id = String(given.id);
    const held = this._map.get(id);
    if (held) return held;
    const model = given instanceof Model ? given : new (this.modelClass || Model)(given);
    this._map.set(id, model);
    model._collections.add(this);
    this.trigger('add', model, this);
    return model;
  }

  remove(given) {
    const model = this.get(given);
    if (!model) return undefined;
    this._map.delete(String(model.id));
    model._collections.delete(this);
    this.trigger('remove', model, this);
    return model;
  }

  moveToEnd(model) {
    const id = String(model.id);
    if (this._map.delete(id)) this._map.set(id, model);
  }

  // Takes an id of any kind, a model, or a model's attributes.
  get(wanted) {
    if (wanted === null || wanted === undefined) return undefined;
    const isModelLike = typeof wanted === 'object' && wanted.id && typeof wanted.id === 'object';
    return this._map.get(String(isModelLike ? wanted.id : wanted));
  }

  assertGet(wanted) {
    const model = this.get(wanted);
    if (!model) throw new Error(`not found: ${wanted}`);
    return model;
  }

  async find(wanted) {
    return this.get(wanted);
  }

  getModelsArray() {
    return [...this._map.values()];
  }

  get length() {
    return this._map.size;
  }

  get models() {
    return this.getModelsArray();
  }

  get _models() {
    return this.getModelsArray();
  }

  map(fn) {
    return this.getModelsArray().map(fn);
  }

  forEach(fn) {
    this.getModelsArray().forEach(fn);
  }

  filter(fn) {
    return this.getModelsArray().filter(fn);
  }

  some(fn) {
    return this.getModelsArray().some(fn);
  }

  findFirst(fn) {
    return this.getModelsArray().find(fn);
  }

  head() {
    return this._map.values().next().value;
  }

  last() {
    return this.getModelsArray().at(-1);
  }

  toJSON() {
    return this.getModelsArray().map((model) => model.toJSON());
  }
}
