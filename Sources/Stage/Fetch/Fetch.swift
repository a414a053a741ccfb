import CCurl
import Glibc
import StageMessages

/// Gets what is at one URL, in as many attempts as it takes.
struct Fetch {
    private let order: FetchOrder
    private let output: Int32

    private static let longestPause = Duration.seconds(60)

    /// - Parameter output: Gets the file, in order.
    init(_ order: FetchOrder, output: Int32 = 3) {
        self.order = order
        self.output = output
    }

    /// Says how far it has come while it runs; the process ends when standard input does.
    ///
    /// - Returns: `.finished` or `.failed`.
    func run() -> StageReport {
        // Whoever has gone says so by errno.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        guard curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK else {
            return .failed(StageFailure(.system, "libcurl does not start"))
        }
        do throws(StageFailure) {
            try get(FetchURL(order))
            return .finished
        } catch {
            return .failed(error)
        }
    }

    private func get(_ url: FetchURL) throws(StageFailure) {
        let download = Download(output, limit: order.limit)
        var progress = ProgressReporter()
        var pause = min(.milliseconds(order.patience.pauseMilliseconds), Self.longestPause)
        var attempt = 1
        while true {
            do throws(Setback) {
                return try follow(url, download, &progress)
            } catch {
                guard case .after(let asked) = error.again, attempt < order.patience.attempts
                else { throw error.failure.at(attempt: attempt) }
                StandardInput.pause(max(pause, asked))
            }
            attempt += 1
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// One attempt, from the first URL on: where it leads to may hold for a while only.
    private func follow(
        _ first: FetchURL, _ download: Download, _ progress: inout ProgressReporter
    ) throws(Setback) {
        var url = first
        for _ in 0...max(0, order.patience.redirects) {
            let transfer = Transfer(url, download, order.patience)
            guard case .redirect(let location) = try transfer.run(&progress) else { return }
            do throws(StageFailure) {
                url = try url.target(of: location)
            } catch {
                throw Setback(error)
            }
        }
        throw Setback(
            .redirectRefused,
            "\(first.shown) redirects more than \(order.patience.redirects) times")
    }
}

extension StageFailure {
    fileprivate func at(attempt: Int) -> StageFailure {
        attempt == 1 ? self : StageFailure(kind, "attempt \(attempt): \(detail)")
    }
}
