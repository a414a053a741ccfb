import StageMessages

/// What the head of an answer, which is no redirect, means for the file.
struct TransferAnswer {
    private let head: AnswerHead
    private let rest: (from: Int64, validator: String)?
    private let url: FetchURL

    /// - Parameter rest: What was asked for, if not all.
    init(_ head: AnswerHead, rest: (from: Int64, validator: String)?, _ url: FetchURL) {
        self.head = head
        self.rest = rest
        self.url = url
    }

    func apply(to download: Download) throws(Setback) {
        switch (head.status, rest) {
        case (200, _):
            try checked { () throws(StageFailure) in
                try download.begin(total: head.length, version)
            }
        case (206, let rest?):
            try goOn(rest, download)
        case (206, nil):
            throw Setback(.answerBroken, "a part came for \(url.shown), where all was asked for")
        case (416, _?):
            download.forget()
            throw refusal(.soon)
        case (408, _), (425, _), (429, _), (500..., _):
            throw refusal(.soon)
        default:
            throw refusal(.never)
        }
    }

    /// Only the very rest of the very file is joined to what is there.
    private func goOn(
        _ rest: (from: Int64, validator: String), _ download: Download
    ) throws(Setback) {
        let isOfAnother =
            head["etag"].map { AnswerHead.isStrong(rest.validator) && $0 != rest.validator }
            ?? false
        guard let range = head.range, range.first == rest.from, !isOfAnother,
            download.total == nil || range.total == nil || download.total == range.total
        else {
            download.forget()
            throw Setback(
                .answerBroken, "another part came for \(url.shown) than was asked for", .soon)
        }
        try checked { () throws(StageFailure) in try download.goOn(total: range.total) }
    }

    private var version: Download.Version? {
        head.validator.map { Download.Version(place: url.shown, validator: $0) }
    }

    private func refusal(_ again: Setback.Again) -> Setback {
        Setback(.status, "the server answered \(head.status) for \(url.shown)", again)
    }

    private func checked(_ step: () throws(StageFailure) -> Void) throws(Setback) {
        do throws(StageFailure) {
            try step()
        } catch {
            throw Setback(error)
        }
    }
}
