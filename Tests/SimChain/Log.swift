/// Lines of the log, on standard output, in the form of the SDK's console writer.
enum Log {
    static func info(_ message: String) { say("\(WallTime.now.kitchen) INF \(message)") }

    static func error(_ message: String) { say("\(WallTime.now.kitchen) ERR \(message)") }
}
