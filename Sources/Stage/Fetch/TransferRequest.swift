import CCurl
import CStage
import Glibc

/// Tells libcurl what to ask for, and what never to do.
struct TransferRequest {
    private let transfer: Transfer
    private let easy: UnsafeMutableRawPointer

    init(_ transfer: Transfer, _ easy: UnsafeMutableRawPointer) {
        self.transfer = transfer
        self.easy = easy
    }

    /// - Parameters:
    ///   - fields: Of `fields()`; must outlive the transfer, as the transfer itself must.
    ///   - words: Gets what libcurl has to say of a failure.
    /// - Returns: Whether this libcurl understood all of it.
    func set(fields: UnsafeMutablePointer<curl_slist>?, words: UnsafeMutablePointer<CChar>) -> Bool
    {
        guard fields != nil else { return false }
        let codes =
            numbers.map { cstage_set_number(easy, $0, $1) }
            + texts.map { cstage_set_text(easy, $0, $1) }
            + [
                cstage_set_pointer(
                    easy, CURLOPT_CURLU, UnsafeMutableRawPointer(transfer.url.handle)),
                cstage_set_pointer(easy, CURLOPT_HTTPHEADER, fields),
                cstage_set_pointer(easy, CURLOPT_ERRORBUFFER, words),
                setCallbacks(),
            ]
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Digests are of the file itself, so nothing is to be compressed on the way.
    func fields() -> UnsafeMutablePointer<curl_slist>? {
        let list = curl_slist_append(nil, "Accept-Encoding: identity")
        guard let list, let rest = transfer.rest else { return list }
        guard curl_slist_append(list, "If-Range: \(rest.validator)") != nil else {
            curl_slist_free_all(list)
            return nil
        }
        return list
    }

    private var numbers: [(CURLoption, Int)] {
        [
            (CURLOPT_NOSIGNAL, 1),
            // Redirects are judged here, one by one.
            (CURLOPT_FOLLOWLOCATION, 0),
            // Of what is read at once; 16 KiB otherwise.
            (CURLOPT_BUFFERSIZE, 128 << 10),
            (CURLOPT_CONNECTTIMEOUT, transfer.patience.connectSeconds),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            // A resolver that hangs does not hold up the next attempt.
            (CURLOPT_QUICK_EXIT, 1),
        ]
    }

    private var texts: [(CURLoption, String)] {
        var texts = [
            (CURLOPT_PROTOCOLS_STR, transfer.url.scheme),
            (CURLOPT_REDIR_PROTOCOLS_STR, "https"),
            (CURLOPT_USERAGENT, "switchyard-stage"),
            // Empty means none, whatever the environment says.
            (CURLOPT_PROXY, transfer.proxy ?? ""),
            (CURLOPT_NOPROXY, ""),
        ]
        if let rest = transfer.rest { texts.append((CURLOPT_RANGE, "\(rest.from)-")) }
        if let file = ProxyChoice.environment("SSL_CERT_FILE") {
            texts += [(CURLOPT_CAINFO, file), (CURLOPT_PROXY_CAINFO, file)]
        }
        if let folder = ProxyChoice.environment("SSL_CERT_DIR") {
            texts += [(CURLOPT_CAPATH, folder), (CURLOPT_PROXY_CAPATH, folder)]
        }
        return texts
    }

    private func setCallbacks() -> CURLcode {
        cstage_set_callbacks(
            easy,
            { bytes, size, count, context in
                let length = size * count
                guard let transfer = Transfer.of(context), let bytes else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: length)
                return transfer.took(header: String(decoding: line, as: UTF8.self)) ? length : 0
            },
            { bytes, size, count, context in
                let length = size * count
                guard let transfer = Transfer.of(context), let bytes else { return 0 }
                let piece = UnsafeRawBufferPointer(start: bytes, count: length)
                return transfer.took(body: piece) ? length : 0
            },
            { context, _, address in
                guard let address, Transfer.of(context)?.allows(socketAddress(address)) == true
                else { return CURL_SOCKET_BAD }
                return socket(
                    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
                    address.pointee.protocol)
            },
            { context, _, _, _, _ in
                Transfer.of(context)?.connected()
                return CURL_PREREQFUNC_OK
            },
            Unmanaged.passUnretained(transfer).toOpaque())
    }
}

extension Transfer {
    fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// As long as it says itself, which is more than the struct has room for.
private func socketAddress(_ address: UnsafeMutablePointer<curl_sockaddr>) -> UnsafeRawBufferPointer
{
    let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
    return UnsafeRawBufferPointer(
        start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen))
}
