import CCurl
import Glibc
import StageMessages

/// A URL that may be asked for.
///
/// Parsed by libcurl and handed back to it as it is, so that what was judged is what is used.
final class FetchURL {
    /// Of curl_url(3).
    let handle: OpaquePointer
    private let order: FetchOrder

    /// Lower case.
    let scheme: String
    /// Without brackets.
    let host: String
    /// For people: without the query, which may be a secret.
    let shown: String

    private static let longest = 8192

    /// - Throws: `.schemeRefused`, `.urlRefused`.
    convenience init(_ order: FetchOrder) throws(StageFailure) {
        if let refusal = SchemeRefusal(order.url, from: order.origin) { throw refusal.failure }
        guard let handle = curl_url() else { throw StageFailure(.system, "no memory") }
        try self.init(handle, order.url, order)
        // The scheme is what libcurl takes it for.
        if let refusal = SchemeRefusal(scheme: scheme, from: order.origin) {
            throw refusal.failure
        }
    }

    /// Where a redirect from here leads.
    ///
    /// - Throws: `.redirectRefused`.
    func target(of location: String) throws(StageFailure) -> FetchURL {
        guard let copy = curl_url_dup(handle) else { throw StageFailure(.system, "no memory") }
        let target: FetchURL
        do throws(StageFailure) {
            target = try FetchURL(copy, location, order)
        } catch {
            throw StageFailure(
                .redirectRefused, "\(shown) redirects to what is not followed: \(error.detail)")
        }
        guard target.scheme == "https" || (target.scheme == "http" && scheme == "http") else {
            throw StageFailure(
                .redirectRefused, "\(shown) redirects to \(target.shown), which is not https")
        }
        return target
    }

    /// - Parameter handle: Is taken over; a relative text is understood from what it holds.
    private init(
        _ handle: OpaquePointer, _ text: String, _ order: FetchOrder
    ) throws(StageFailure) {
        self.handle = handle
        self.order = order
        let result = Self.parse(text, into: handle)
        scheme = (Self.part(CURLUPART_SCHEME, of: handle) ?? "").lowercased()
        let host = Self.part(CURLUPART_HOST, of: handle) ?? ""
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let port = Self.part(CURLUPART_PORT, of: handle).map { ":" + $0 } ?? ""
        let path = Self.part(CURLUPART_PATH, of: handle) ?? ""
        shown = "\(scheme)://\(host)\(port)\(path)"
        if let result { throw result }
        guard !host.isEmpty else { throw StageFailure(.urlRefused, "the URL names no host") }
        guard Self.part(CURLUPART_USER, of: handle) == nil,
            Self.part(CURLUPART_PASSWORD, of: handle) == nil
        else { throw StageFailure(.urlRefused, "the URL of \(host) has a user in it") }
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw StageFailure(.urlRefused, "the host \(host) is not written in ASCII")
        }
    }

    deinit {
        curl_url_cleanup(handle)
    }

    private static func parse(_ text: String, into handle: OpaquePointer) -> StageFailure? {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            return StageFailure(.urlRefused, "the URL is too long or has blanks in it")
        }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        let code = curl_url_set(handle, CURLUPART_URL, text, flags)
        guard code != CURLUE_OK else { return nil }
        let why = curl_url_strerror(code).map { String(cString: $0) } ?? "malformed"
        return StageFailure(.urlRefused, "this is no URL: \(why)")
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension FetchURL {
    var reach: Reach {
        switch order.origin {
        case .chain: order.allowsPrivate ? .anywhere : .publicAlone
        case .operator: scheme == "http" ? .loopbackAlone : .anywhere
        }
    }

    /// The host as an address, when it is written as one.
    var address: NetworkAddress? {
        NetworkAddress(hostWithoutDot)
    }

    /// A name that is this host everywhere (RFC 6761).
    var isNamedLocalhost: Bool {
        let name = hostWithoutDot.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    var hostWithoutDot: String {
        host.hasSuffix(".") ? String(host.dropLast()) : host
    }
}
