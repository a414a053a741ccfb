import FoundationEssentials
import Glibc
import StageMessages

/// `switchyard-stage`: handles bytes that nobody vouches for, in a process of its own.
@main struct Main {
    static func main() {
        guard let line = readLine(strippingNewline: true),
            let order = try? JSONDecoder().decode(StageOrder.self, from: Data(line.utf8))
        else {
            say("switchyard-stage is run by switchyard, which tells it what to do.\n")
            exit(64)
        }
        if case .fetch(let order) = order {
            let report = Fetch(order).run()
            report.say()
            exit(report == .finished ? 0 : 1)
        }
        exit(70)
    }
}

private func say(_ text: String) {
    _ = text.utf8CString.withUnsafeBufferPointer { write(2, $0.baseAddress, $0.count - 1) }
}
