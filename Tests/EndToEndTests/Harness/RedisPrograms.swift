import Glibc

/// The two releases of Redis that `Scripts/fetch-redis` gets, and the client that writes to them.
enum RedisPrograms {
    static let python = "/usr/bin/python3"
    static let old = repository + "/.build-redis/old/redis-server"
    static let new = repository + "/.build-redis/new/redis-server"
    static let client = repository + "/Tests/EndToEndTests/Harness/redis-client.py"

    /// Where tests must not be skipped they are run, and fail for what is missing.
    static var areWanted: Bool {
        [python, old, new].allSatisfy { (program: String) in access(program, X_OK) == 0 }
            || getenv("CI").map { String(cString: $0) } == "true"
    }

    private static let repository = #filePath.split(separator: "/").dropLast(4)
        .map { "/" + $0 }.joined()
}
