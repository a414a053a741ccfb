extension HTTPCounters.Refusal {
    /// Nil for what is an answer and no refusal, as that there is no such route.
    package init?(_ problem: Problem) {
        switch problem.type {
        case .hostRefused?: self = .host
        case .originRefused?: self = .origin
        case .unauthenticated?, .invalidToken?, .peerRefused?, .proxyOnPeerSocket?:
            self = .credentials
        case .insufficientScope?: self = .scope
        default: self.init(problem.status)
        }
    }

    /// For a status that says by itself what was wrong with the message.
    package init?(_ status: HTTPStatus) {
        switch status {
        case .badRequest, .expectationFailed, .notImplemented, .versionNotSupported: self = .syntax
        case .contentTooLarge, .headerFieldsTooLarge: self = .limit
        case .requestTimeout: self = .timeout
        default: return nil
        }
    }
}
