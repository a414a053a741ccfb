import FoundationEssentials

/// What Cosmovisor's `add-batch-upgrade` has left: a JSON array of plans to come, in any order.
package enum BatchFile: Sendable, Equatable {
    case absent
    /// By height.
    case plans([UpgradePlan])
    /// Why it cannot be used, as a clause.
    case broken(String)

    /// Looks at the file; never blocks and never throws: what is wrong is a state of its own.
    package init(in home: Home) {
        let reading: FileReading
        do throws(ForeignFileError) {
            reading = try ForeignFile.read(home.batchFile, limit: Self.limit)
        } catch {
            self = error == .absent ? .absent : .broken(error.description)
            return
        }
        self.init(json: reading.bytes, case: home.letterCase)
    }

    package init(json bytes: [UInt8], case letters: PlanName.LetterCase) {
        guard !bytes.isEmpty else {
            self = .broken("the file is empty")
            return
        }
        let items: [JSONValue]
        switch try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) {
        case .array(let elements): items = elements
        // What Go writes for a list without elements.
        case .null: items = []
        case .bool, .integer, .number, .string, .object, nil:
            self = .broken("it is no JSON array of plans")
            return
        }
        guard items.count <= Self.countLimit else {
            self = .broken("it has \(items.count) plans, and \(Self.countLimit) are taken at most")
            return
        }
        var plans: [UpgradePlan] = []
        for (index, item) in items.enumerated() {
            // A value that was decoded encodes again.
            let json = (try? JSONEncoder().encode(item)) ?? Data()
            do throws(PlanError) {
                plans.append(try UpgradePlan(json: json, case: letters))
            } catch {
                self = .broken("its entry \(index + 1): \(error)")
                return
            }
        }
        self = .plans(plans.sorted { $0.height < $1.height })
    }

    /// 1 MiB; a plan of Cosmovisor has some hundred bytes.
    private static let limit = 1 << 20

    /// The node waits for them to be written down, each durably.
    static let countLimit = 256
}

extension Home {
    package var batchFile: String { planFile + ".batch" }
}
