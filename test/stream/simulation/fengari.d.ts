declare module 'fengari' {
  type State = object;
  type Bytes = Uint8Array;
  export const to_luastring: (text: string) => Bytes;
  export const lua: {
    readonly LUA_TTABLE: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_REGISTRYINDEX: number;
    lua_gettop(L: State): number;
    lua_settop(L: State, top: number): void;
    lua_type(L: State, index: number): number;
    lua_tojsstring(L: State, index: number): string;
    lua_tonumber(L: State, index: number): number;
    lua_toboolean(L: State, index: number): boolean;
    lua_pushnil(L: State): void;
    lua_pushboolean(L: State, value: boolean): void;
    lua_pushnumber(L: State, value: number): void;
    lua_pushstring(L: State, value: Bytes): void;
    lua_pushcfunction(L: State, call: (L: State) => number): void;
    lua_createtable(L: State, items: number, fields: number): void;
    lua_setfield(L: State, index: number, name: Bytes): void;
    lua_setglobal(L: State, name: Bytes): void;
    lua_rawgeti(L: State, index: number, at: number): number;
    lua_rawseti(L: State, index: number, at: number): void;
    lua_pcall(L: State, args: number, results: number, handler: number): number;
  };
  export const lauxlib: {
    luaL_newstate(): State;
    luaL_loadstring(L: State, code: Bytes): number;
    luaL_ref(L: State, table: number): number;
    luaL_dostring(L: State, code: Bytes): number;
  };
  export const lualib: { luaL_openlibs(L: State): void };
}
