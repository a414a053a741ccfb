import CCurl
import CStage
import FoundationEssentials
import Glibc

/// Tells libcurl what to ask for, and what never to do.
struct CallRequest {
    private let call: Call
    private let easy: UnsafeMutableRawPointer

    init(_ call: Call, _ easy: UnsafeMutableRawPointer) {
        self.call = call
        self.easy = easy
    }

    /// - Parameters:
    ///   - fields: Of `fields()`; must outlive the call, as the call itself must.
    ///   - words: Gets what libcurl has to say of a failure.
    /// - Returns: Whether this libcurl understood all of it.
    func set(fields: UnsafeMutablePointer<curl_slist>?, words: UnsafeMutablePointer<CChar>) -> Bool
    {
        guard fields != nil else { return false }
        let codes =
            numbers.map { cstage_set_number(easy, $0, $1) }
            + texts.map { cstage_set_text(easy, $0, $1) }
            + [
                setBody(),
                cstage_set_pointer(easy, CURLOPT_HTTPHEADER, fields),
                cstage_set_pointer(easy, CURLOPT_ERRORBUFFER, words),
                setCallbacks(),
            ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    func fields() -> UnsafeMutablePointer<curl_slist>? {
        let lines = [
            "content-type: application/grpc", "te: trailers",
            "grpc-timeout: \(call.order.seconds)S",
            "accept:", "expect:",
        ]
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        return list
    }

    private var numbers: [(CURLoption, Int)] {
        // Over TLS both sides agree on it; in plain text there is nothing to agree by.
        let version =
            call.address.isSecure ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
        return [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_POST, 1),
            (CURLOPT_HTTP_VERSION, Int(version)),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_TIMEOUT, call.order.seconds),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            // A resolver that hangs does not hold up the end.
            (CURLOPT_QUICK_EXIT, 1),
        ]
    }

    private var texts: [(CURLoption, String)] {
        var texts = [
            (CURLOPT_URL, call.address.url(of: call.order.method)),
            (CURLOPT_PROTOCOLS_STR, call.address.isSecure ? "https" : "http"),
            (CURLOPT_USERAGENT, "switchyard-stage"),
            // Empty means none, whatever the environment says.
            (CURLOPT_PROXY, ""),
        ]
        if let file = ProxyChoice.environment("SSL_CERT_FILE") {
            texts.append((CURLOPT_CAINFO, file))
        }
        if let folder = ProxyChoice.environment("SSL_CERT_DIR") {
            texts.append((CURLOPT_CAPATH, folder))
        }
        return texts
    }

    /// Not compressed, its length big-endian, and the message; copied by libcurl.
    private func setBody() -> CURLcode {
        let request = call.order.request
        var body: [UInt8] = [0]
        withUnsafeBytes(of: UInt32(clamping: request.count).bigEndian) { body += $0 }
        body += request
        let code = cstage_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        guard code == CURLE_OK else { return code }
        return body.withUnsafeMutableBytes {
            cstage_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
        }
    }

    private func setCallbacks() -> CURLcode {
        cstage_set_callbacks(
            easy,
            { bytes, size, count, context in
                let length = size * count
                guard let call = Call.of(context), let bytes else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: length)
                return call.took(header: String(decoding: line, as: UTF8.self)) ? length : 0
            },
            { bytes, size, count, context in
                let length = size * count
                guard let call = Call.of(context), let bytes else { return 0 }
                let piece = UnsafeRawBufferPointer(start: bytes, count: length)
                return call.took(body: piece) ? length : 0
            },
            { context, _, address in
                guard let call = Call.of(context), let address else { return CURL_SOCKET_BAD }
                let number = socket(
                    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
                    address.pointee.protocol)
                call.opened(number)
                return number
            },
            { _, _, _, _, _ in CURL_PREREQFUNC_OK },
            Unmanaged.passUnretained(call).toOpaque())
    }
}

extension Call {
    fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> Call? {
        context.map { Unmanaged<Call>.fromOpaque($0).takeUnretainedValue() }
    }
}
