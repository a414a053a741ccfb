/// Takes request heads off the front of a connection's bytes.
struct RequestParser {
    private var scanner: HeadScanner
    private let limits: HTTPLimits

    init(limits: HTTPLimits) {
        self.limits = limits
        scanner = HeadScanner(limit: limits.head, maximumLines: limits.headers + 2)
    }

    enum Outcome: Equatable {
        case incomplete
        case head(RequestHead, consumed: Int)
        case refused(HeadRefusal)
    }

    /// - Parameter bytes: All bytes since the last head and its body, those of earlier calls
    ///   included. After `.head` the next call begins behind what was consumed.
    mutating func parse(_ bytes: ArraySlice<UInt8>) -> Outcome {
        switch scanner.scan(bytes) {
        case .incomplete: return .incomplete
        case .malformed: return .refused(.malformed)
        case .tooLarge: return .refused(.tooLarge)
        case .complete(let from, let to):
            scanner = HeadScanner(limit: limits.head, maximumLines: limits.headers + 2)
            let start = bytes.startIndex
            do throws(HeadRefusal) {
                return .head(try RequestHead(bytes[(start + from)..<(start + to)]), consumed: to)
            } catch {
                return .refused(error)
            }
        }
    }
}
