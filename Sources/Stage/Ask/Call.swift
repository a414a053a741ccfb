import CCurl
import CStage
import Glibc
import StageMessages

/// One call, and what comes of it.
///
/// libcurl calls it back on the thread of `run`, for as long as that runs.
final class Call {
    let order: AskOrder
    let address: CallAddress
    private var reply: CallReply
    /// What one of the callbacks ended the call for.
    private var failure: StageFailure?
    private var cork: Cork?

    init(_ order: AskOrder, to address: CallAddress) {
        self.order = order
        self.address = address
        reply = CallReply(limit: order.limit)
    }

    func run() throws(StageFailure) -> CallAnswer {
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        defer { words.deallocate() }
        guard let easy = curl_easy_init(), let multi = curl_multi_init() else {
            throw StageFailure(.system, "no memory")
        }
        let request = CallRequest(self, easy)
        let fields = request.fields()
        defer {
            curl_multi_remove_handle(multi, easy)
            curl_easy_cleanup(easy)
            curl_multi_cleanup(multi)
            curl_slist_free_all(fields)
        }
        guard request.set(fields: fields, words: words),
            curl_multi_add_handle(multi, easy) == CURLM_OK
        else {
            throw StageFailure(.system, "this libcurl lacks what is needed, such as HTTP/2")
        }
        let code = try drive(multi, easy)
        do throws(StageFailure) {
            return try conclude(code, easy, words: String(cString: words))
        } catch {
            throw StageFailure(error.kind, "\(address.authority): \(error.detail)")
        }
    }

    private func drive(
        _ multi: UnsafeMutableRawPointer, _ easy: UnsafeMutableRawPointer
    ) throws(StageFailure) -> CURLcode {
        while true {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else {
                throw StageFailure(.system, "libcurl cannot go on")
            }
            if running == 0 { return MultiHandle.result(of: multi) }
            let sent = cstage_get_size(easy, CURLINFO_SIZE_UPLOAD_T)
            if sent > order.request.count { cork?.pull() }
            MultiHandle.poll(multi)
        }
    }

    // MARK: - Called back

    /// Of a connection by TLS the handshake would be held up.
    func opened(_ socket: Int32) {
        cork = address.isSecure ? nil : Cork(socket)
    }

    /// - Returns: Whether to go on.
    func took(header line: String) -> Bool {
        note { () throws(StageFailure) in try reply.take(line: line) }
    }

    /// - Returns: Whether to go on.
    func took(body bytes: UnsafeRawBufferPointer) -> Bool {
        note { () throws(StageFailure) in try reply.take(body: bytes) }
    }

    private func note(_ step: () throws(StageFailure) -> Void) -> Bool {
        do throws(StageFailure) {
            try step()
            return true
        } catch {
            failure = error
            return false
        }
    }

    // MARK: - Afterwards

    private func conclude(
        _ code: CURLcode, _ easy: UnsafeMutableRawPointer, words: String
    ) throws(StageFailure) -> CallAnswer {
        if let failure { throw failure }
        guard code == CURLE_OK else { throw Self.failure(code, easy, words, reply) }
        return try reply.answer()
    }

    private static func failure(
        _ code: CURLcode, _ easy: UnsafeMutableRawPointer, _ words: String, _ reply: CallReply
    ) -> StageFailure {
        let words = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return StageFailure(.nameUnresolved, "the name could not be resolved")
        case CURLE_COULDNT_CONNECT:
            let number = Int32(truncatingIfNeeded: cstage_get_number(easy, CURLINFO_OS_ERRNO))
            let reason = number > 0 ? String(cString: strerror(number)) : words
            return StageFailure(.unreachable, "no connection: \(reason)")
        case CURLE_OPERATION_TIMEDOUT:
            return StageFailure(.stalled, "no answer in time: \(words)")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CONNECT_ERROR:
            return StageFailure(.tls, "TLS failed: \(words)")
        case CURLE_HTTP2_STREAM:
            return StageFailure(.cut, "it gave the call up: \(words)")
        case CURLE_HTTP2, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
            CURLE_GOT_NOTHING, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL,
            CURLE_PARTIAL_FILE:
            return reply.status == nil
                ? StageFailure(.answerBroken, "it does not speak HTTP/2: \(words)")
                : StageFailure(.cut, "the connection was cut: \(words)")
        case CURLE_URL_MALFORMAT: return StageFailure(.urlRefused, "it is no address: \(words)")
        default: return StageFailure(.system, "libcurl failed: \(words)")
        }
    }
}

/// Keeps what is written in one piece until all of it is.
///
/// A server that knows no such method says so on seeing the head, and gives the call up when its body
/// has not come: libcurl then drops what was said.
private struct Cork {
    private let socket: Int32

    init(_ socket: Int32) {
        self.socket = socket
        set(1)
    }

    func pull() { set(0) }

    private func set(_ value: Int32) {
        var value = value
        // A socket that cannot do it sends at once, which is as good in most cases.
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
