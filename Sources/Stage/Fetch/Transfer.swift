import CCurl
import CStage
import Glibc
import StageMessages

/// One request, and what comes of it.
///
/// libcurl calls it back on the thread of `run`, for as long as that runs.
final class Transfer {
    let url: FetchURL
    let proxy: String?
    let download: Download
    let patience: FetchOrder.Patience
    /// What was asked for: all, or from here on.
    let rest: (from: Int64, validator: String)?

    private var head = AnswerHead()
    /// What one of the callbacks ended the transfer for.
    private var setback: Setback?
    /// An address that was not allowed, if no other was.
    private var refused: NetworkAddress?
    private var hasAllowedAddress = false
    private var lastSign: ContinuousClock.Instant?

    /// What a transfer ends with, if it ends well.
    enum End {
        case complete
        case redirect(to: String)
    }

    init(_ url: FetchURL, _ download: Download, _ patience: FetchOrder.Patience) {
        self.url = url
        self.download = download
        self.patience = patience
        proxy = ProxyChoice.proxy(for: url)
        rest = download.rest(at: url.shown)
    }

    func run(_ progress: inout ProgressReporter) throws(Setback) -> End {
        try judgeHost()
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        defer { words.deallocate() }
        guard let easy = curl_easy_init(), let multi = curl_multi_init() else {
            throw Setback(.system, "no memory")
        }
        let request = TransferRequest(self, easy)
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
            throw Setback(.system, "this libcurl lacks what is needed")
        }
        let code = try drive(multi, &progress)
        return try conclude(code, easy, words: String(cString: words))
    }

    /// Through a proxy the addresses of a name are not ours to see, but that much is.
    private func judgeHost() throws(Setback) {
        guard proxy != nil else { return }
        if let address = url.address, !url.reach.allows(address) {
            throw refusal(of: address)
        }
        if case .publicAlone = url.reach, url.isNamedLocalhost {
            throw Setback(.addressRefused, "\(url.host) is this host")
        }
    }

    private func refusal(of address: NetworkAddress) -> Setback {
        let reason = url.reach.reason(against: address)
        let subject = url.address == address ? "\(address)" : "\(url.host) is \(address), which"
        return Setback(.addressRefused, "\(subject) \(reason): \(url.shown) is not fetched")
    }

    // MARK: - While it runs

    private func drive(
        _ multi: UnsafeMutableRawPointer, _ progress: inout ProgressReporter
    ) throws(Setback) -> CURLcode {
        while true {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else {
                throw Setback(.system, "libcurl cannot go on")
            }
            do throws(StageFailure) {
                try download.flush()
            } catch {
                throw Setback(error)
            }
            progress.say(done: download.written, total: download.total)
            if running == 0 { return MultiHandle.result(of: multi) }
            try checkStall()
            MultiHandle.poll(multi)
        }
    }

    private func checkStall() throws(Setback) {
        guard let lastSign,
            ContinuousClock.now - lastSign > .seconds(patience.stallSeconds)
        else { return }
        throw Setback(
            .stalled, "nothing came for \(patience.stallSeconds) s, \(download) of \(url.shown)",
            .soon)
    }

    // MARK: - Called back

    /// - Returns: Whether there may be a socket for it.
    func allows(_ address: UnsafeRawBufferPointer) -> Bool {
        // A proxy is the operator's own choice, wherever it is.
        if proxy != nil { return true }
        guard let address = NetworkAddress(socketAddress: address) else { return false }
        guard url.reach.allows(address) else {
            refused = address
            return false
        }
        hasAllowedAddress = true
        return true
    }

    func connected() {
        lastSign = .now
    }

    /// - Returns: Whether to go on.
    func took(header line: String) -> Bool {
        lastSign = .now
        let wasComplete = head.isComplete
        head.take(line)
        guard head.size <= AnswerHead.largest else {
            setback = Setback(.answerBroken, "\(url.host) sent too many headers")
            return false
        }
        guard head.isComplete, !wasComplete else { return true }
        return note { () throws(Setback) in try judgeHead() }
    }

    /// - Returns: Whether to go on.
    func took(body bytes: UnsafeRawBufferPointer) -> Bool {
        // How long it takes whoever reads from us is not the server's fault.
        defer { lastSign = .now }
        return note { () throws(Setback) in
            guard head.isComplete else {
                throw Setback(.answerBroken, "\(url.host) sent a body without a head", .soon)
            }
            do throws(StageFailure) {
                try download.append(bytes)
            } catch {
                throw Setback(error)
            }
        }
    }

    private func note(_ step: () throws(Setback) -> Void) -> Bool {
        do throws(Setback) {
            try step()
            // The body of a redirect is nobody's.
            return head.location == nil
        } catch {
            setback = error
            return false
        }
    }

    private func judgeHead() throws(Setback) {
        guard head.location == nil else { return }
        try TransferAnswer(head, rest: rest, url).apply(to: download)
    }

    // MARK: - Afterwards

    private func conclude(
        _ code: CURLcode, _ easy: UnsafeMutableRawPointer, words: String
    ) throws(Setback) -> End {
        if let setback {
            guard case .after = setback.again else { throw setback }
            let asked = cstage_get_size(easy, CURLINFO_RETRY_AFTER)
            throw Setback(
                setback.failure.kind, setback.failure.detail,
                .after(.seconds(min(max(0, asked), 60))))
        }
        if let location = head.location { return .redirect(to: location) }
        if let refused, !hasAllowedAddress, code == CURLE_COULDNT_CONNECT {
            throw refusal(of: refused)
        }
        let proxyStatus = cstage_get_number(easy, CURLINFO_HTTP_CONNECTCODE)
        if proxy != nil, proxyStatus >= 300 {
            throw Setback(
                .unreachable, "the proxy answered \(proxyStatus) for \(url.host)",
                proxyStatus >= 500 ? .soon : .never)
        }
        guard code == CURLE_OK else {
            throw Setback(code, words: words, url, place: "\(download)")
        }
        guard head.isComplete, download.total.map({ $0 == download.written }) ?? true else {
            throw Setback(.cut, "the connection was cut \(download) of \(url.shown)", .soon)
        }
        return .complete
    }
}
