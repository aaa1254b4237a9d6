import { lauxlib, lua, lualib, to_luastring as text } from 'fengari';

/** What a Redis command answers. */
export type Reply = null | number | string | readonly Reply[];

/** Runs a command for the script that is running. */
export type Command = (args: readonly string[]) => Reply;

let call: Command;
const L = lauxlib.luaL_newstate();
lualib.luaL_openlibs(L);
const scripts = new Map<string, number>();
const [KEYS, ARGV] = [text('KEYS'), text('ARGV')];

const push = (value: unknown): void => {
  if (value === null || value === undefined) lua.lua_pushboolean(L, false);
  else if (typeof value === 'boolean') lua.lua_pushboolean(L, value);
  else if (typeof value === 'number') lua.lua_pushnumber(L, value);
  else if (typeof value === 'string') lua.lua_pushstring(L, text(value));
  else if (Array.isArray(value)) pushList(value);
  else {
    lua.lua_createtable(L, 0, 4);
    for (const [name, one] of Object.entries(value)) {
      push(one);
      lua.lua_setfield(L, -2, text(name));
    }
  }
};

const pushList = (values: readonly unknown[]): void => {
  lua.lua_createtable(L, values.length, 0);
  for (const [index, value] of values.entries()) {
    push(value);
    lua.lua_rawseti(L, -2, index + 1);
  }
};

/** A Lua value as Redis answers it: numbers are cut to whole ones, and a list ends before its first nil. */
const pull = (index: number): Reply => {
  switch (lua.lua_type(L, index)) {
    case lua.LUA_TSTRING:
      return lua.lua_tojsstring(L, index);
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(L, index));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, index) ? 1 : null;
    case lua.LUA_TTABLE: {
      const list: Reply[] = [];
      for (let at = 1; ; at += 1) {
        lua.lua_rawgeti(L, index, at);
        const one = pull(lua.lua_gettop(L));
        const isEnd = lua.lua_type(L, -1) <= 0;
        lua.lua_settop(L, -2);
        if (isEnd) return list;
        list.push(one);
      }
    }
    default:
      return null;
  }
};

const define = (table: string, name: string, run: (L: object) => number): void => {
  lua.lua_createtable(L, 0, 1);
  lua.lua_pushcfunction(L, run);
  lua.lua_setfield(L, -2, text(name));
  lua.lua_setglobal(L, text(table));
};
define('redis', 'call', () => {
  const count = lua.lua_gettop(L);
  const args = Array.from({ length: count }, (_, index) => lua.lua_tojsstring(L, index + 1));
  push(call(args));
  return 1;
});
define('cjson', 'decode', () => {
  push(JSON.parse(lua.lua_tojsstring(L, 1)));
  return 1;
});
// Redis has Lua 5.1.
lauxlib.luaL_dostring(L, text('unpack = table.unpack'));

/**
 * Runs a script as Redis does.
 *
 * @throws what the script raised
 */
export const runScript = (
  code: string,
  keys: readonly string[],
  args: readonly string[],
  command: Command,
): Reply => {
  let script = scripts.get(code);
  if (script === undefined) {
    if (lauxlib.luaL_loadstring(L, text(code)) !== 0) throw new Error(lua.lua_tojsstring(L, -1));
    script = lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX);
    scripts.set(code, script);
  }
  call = command;
  pushList(keys);
  lua.lua_setglobal(L, KEYS);
  pushList(args);
  lua.lua_setglobal(L, ARGV);
  const top = lua.lua_gettop(L);
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, script);
  const failed = lua.lua_pcall(L, 0, 1, 0) !== 0;
  const reply = failed ? null : pull(lua.lua_gettop(L));
  const reason = failed ? lua.lua_tojsstring(L, -1) : '';
  lua.lua_settop(L, top);
  if (failed) throw new Error(reason);
  return reply;
};
