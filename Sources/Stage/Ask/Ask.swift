import CCurl
import Glibc
import StageMessages

/// Calls one method of a gRPC server.
///
/// gRPC over HTTP/2 as its protocol page has it: a POST, whose body and answer are one message each,
/// and an outcome that comes in the fields after the body.
struct Ask {
    private let order: AskOrder

    init(_ order: AskOrder) {
        self.order = order
    }

    /// The process ends when standard input does.
    ///
    /// - Returns: `.answered` or `.failed`.
    func run() -> StageReport {
        // Whoever has gone says so by errno.
        signal(SIGPIPE, SIG_IGN)
        guard curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK else {
            return .failed(StageFailure(.system, "libcurl does not start"))
        }
        do throws(StageFailure) {
            return .answered(try Call(order, to: CallAddress(order.address)).run())
        } catch {
            return .failed(error)
        }
    }
}

/// Where a gRPC server is: `host:port`, and whether TLS is spoken there.
struct CallAddress: Equatable {
    let isSecure: Bool
    /// `host:port`.
    let authority: String

    /// - Throws: `.urlRefused`, without what may be a password.
    init(_ text: String) throws(StageFailure) {
        let schemes = ["https://", "http://"]
        let scheme = schemes.first { text.lowercased().hasPrefix($0) } ?? ""
        isSecure = scheme == "https://"
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard let colon = rest.lastIndex(of: ":"),
            UInt16(rest[rest.index(after: colon)...]).map({ $0 > 0 }) ?? false,
            Self.isHost(rest[..<colon])
        else {
            throw StageFailure(
                .urlRefused, "the address of a gRPC server is host:port, or https://host:port")
        }
        authority = String(rest)
    }

    /// An address with colons stands in brackets.
    private static func isHost(_ text: Substring) -> Bool {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let name = isBracketed ? text.dropFirst().dropLast() : text
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                case UInt8(ascii: ":"), UInt8(ascii: "%"): isBracketed
                default: false
                }
            }
    }

    func url(of method: String) -> String {
        (isSecure ? "https://" : "http://") + authority + method
    }
}
