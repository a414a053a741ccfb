import Glibc

/// Runs the body with the rights of nobody on files; this thread alone has them.
func asNobody<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    typealias SetFileSystemUser = @convention(c) (uid_t) -> Int32
    // setfsuid(2), which Glibc's module lacks; seteuid would be for all threads.
    guard let symbol = dlsym(nil, "setfsuid") else { preconditionFailure("Linux has it") }
    let setUser = unsafeBitCast(symbol, to: SetFileSystemUser.self)
    _ = setUser(65534)
    defer { _ = setUser(0) }
    return try body()
}
