/// What the Makefile asks for.
struct Options {
    enum Task: String {
        case bench, transfers, leaks
    }

    let task: Task
    /// Of each story.
    private(set) var runs = 100
    /// Seconds.
    private(set) var idle = 60
    /// Runs everything with real-time priority, to keep other load out.
    private(set) var isRealTime = false
    /// Divides the number of restarts and upgrades that a leak is looked for in.
    private(set) var scale = 1

    init(_ arguments: [String]) throws(BenchError) {
        guard let first = arguments.first, let task = Task(rawValue: first) else {
            throw .usage("bench|transfers|leaks [runs=N] [idle=SECONDS] [rt=0|1] [scale=N]")
        }
        self.task = task
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int(parts[1]), number >= 0 else {
                throw .usage("\(argument): a name, =, and a number")
            }
            switch parts[0] {
            case "runs" where number > 0: runs = number
            case "idle" where number > 0: idle = number
            case "rt" where number <= 1: isRealTime = number == 1
            case "scale" where number > 0: scale = number
            default: throw .usage("\(argument) is not known or out of range")
            }
        }
    }
}

/// Why nothing could be measured.
enum BenchError: Error, CustomStringConvertible {
    case usage(String)
    case system(String, Int32)
    /// What did not come in time, and the end of the supervisor's log.
    case missed(String, log: String)

    var description: String {
        switch self {
        case .usage(let text): "usage: \(text)"
        case .system(let call, let code): "\(call): \(reason(code))"
        case .missed(let what, let log): "\(what) did not come\n\(log)"
        }
    }
}
