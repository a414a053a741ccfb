import FoundationEssentials
import Supervisor

/// Start, stop and restart.
struct DaemonActions: Sendable {
    let supervisor: NodeSupervisor
    let actions: Actions

    var routes: [Route] {
        [
            Route(.post, "/v1/daemon/start", scope: .operate, takes: .json, answer: start),
            Route(.post, "/v1/daemon/stop", scope: .operate, takes: .json, answer: stop),
            Route(.post, "/v1/daemon/restart", scope: .operate, takes: .json, answer: restart),
        ]
    }

    @Sendable func start(_ call: Call) async throws(Problem) -> Response {
        try await actions.answer(call) { originator, key, body throws(Problem) in
            var body = body
            try body.end()
            return try await wish { () throws(WishRefusal) in
                try await supervisor.start(by: originator, key: key)
            }
        }
    }

    @Sendable func restart(_ call: Call) async throws(Problem) -> Response {
        try await actions.answer(call) { originator, key, body throws(Problem) in
            var body = body
            let reason = body.reason()
            try body.end()
            return try await wish { () throws(WishRefusal) in
                try await supervisor.restart(by: originator, key: key, reason: reason)
            }
        }
    }

    @Sendable func stop(_ call: Call) async throws(Problem) -> Response {
        try await actions.answerAlways(call) { originator, key, body throws(Problem) in
            var body = body
            let holds = body.bool("hold") ?? true
            let reason = body.reason()
            try body.end()
            let hold = Hold(since: Date(), actor: originator.name, reason: reason)
            return try await wish { () throws(WishRefusal) in
                try await supervisor.stop(
                    hold: holds ? hold : nil, by: originator, key: key, reason: reason)
            }
        }
    }
}
