import StageMessages

extension StagingRefusal {
    /// Why a run of `switchyard-stage` brought nothing.
    init(_ error: StageError) {
        switch error {
        case .stopped: self = .cancelled
        case .full: self = .diskReserve
        case .failed(let failure): self.init(failure)
        case .missing:
            self = .helperFailed("switchyard-stage is not installed beside switchyard")
        case .crashed(let how): self = .helperFailed("switchyard-stage failed: \(how)")
        case .system(let error):
            self = .helperFailed("switchyard-stage could not be run: \(error)")
        }
    }

    private init(_ failure: StageFailure) {
        switch failure.kind {
        case .diskFull: self = .diskReserve
        case .formatRefused, .archiveDamaged, .entryRefused, .limitExceeded:
            self = .unpackRefused(
                failure.detail, remedy: "Unpack it elsewhere, and stage the executable in it.")
        case .notConfined, .system: self = .helperFailed(failure.detail)
        case .schemeRefused, .urlRefused, .addressRefused, .redirectRefused, .nameUnresolved,
            .unreachable, .tls, .status, .stalled, .cut, .answerBroken, .tooLarge, .startedOver:
            self = .fetchFailed(failure.detail, remedy: failure.kind.remedy)
        }
    }
}

extension StageFailure.Kind {
    fileprivate var remedy: String {
        switch self {
        case .schemeRefused, .urlRefused:
            "Upload the binary, or name an https address of it."
        case .addressRefused, .redirectRefused:
            "Upload the binary, or allow private addresses with SWITCHYARD_FETCH_PRIVATE."
        case .tls:
            "See that the host's clock and certificates (ca-certificates) are right, or upload it."
        case .tooLarge: "Upload the right file, or raise SWITCHYARD_MAX_UPLOAD."
        case .status: "See whether the address is right and open to all, or upload the binary."
        default: "Try again later, or upload the binary."
        }
    }
}
