import CCurl
import StageMessages

/// Why one attempt came to nothing.
struct Setback: Error {
    let failure: StageFailure
    let again: Again

    enum Again: Equatable {
        /// It would end in the same way.
        case never
        /// It may pass; the server may have asked for some time.
        case after(Duration)

        static let soon = Again.after(.zero)
    }

    init(_ kind: StageFailure.Kind, _ detail: String, _ again: Again = .never) {
        failure = StageFailure(kind, detail)
        self.again = again
    }

    init(_ failure: StageFailure) {
        self.failure = failure
        again = .never
    }
}

extension Setback {
    /// What libcurl made of a transfer.
    ///
    /// - Parameters:
    ///   - words: Its own, or OpenSSL's, for what happened.
    ///   - place: How far it had come, as `after 5 of 10 bytes`.
    init(_ code: CURLcode, words: String, _ url: FetchURL, place: String) {
        let words = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            self.init(.nameUnresolved, "the name \(url.host) could not be resolved", .soon)
        case CURLE_COULDNT_RESOLVE_PROXY:
            self.init(.nameUnresolved, "no name of the proxy: \(words)", .soon)
        case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_PROXY:
            self.init(.unreachable, "no connection for \(url.shown): \(words)", .soon)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self.init(.tls, "TLS with \(url.host) failed: \(words)")
        case CURLE_SSL_CONNECT_ERROR:
            self.init(.tls, "TLS with \(url.host) failed: \(words)", .soon)
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self.init(.cut, "the connection was cut \(place) of \(url.shown): \(words)", .soon)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            self.init(.answerBroken, "the answer for \(url.shown) is no HTTP: \(words)", .soon)
        default:
            self.init(.system, "libcurl failed for \(url.shown): \(words)")
        }
    }
}
