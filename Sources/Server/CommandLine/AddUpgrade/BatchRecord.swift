import Supervisor

/// One upgrade of a batch, as it was written.
struct BatchRecord: Sendable, Equatable {
    let fields: [String]
    /// Where it was written, with a colon and a blank.
    let place: String

    /// `--upgrade-list`: items with commas between them, each of three parts with colons.
    static func records(inList lists: [String]) -> [BatchRecord] {
        let items = lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return items.enumerated().map { index, item in
            BatchRecord(
                fields: item.split(separator: ":", omittingEmptySubsequences: false)
                    .map(String.init),
                place: "item \(index + 1) of --upgrade-list: ")
        }
    }

    /// `--upgrade-file`: CSV as Go's `encoding/csv` reads it when it trims leading space: RFC 4180,
    /// empty lines passed over.
    static func records(
        in bytes: [UInt8], from file: String
    ) throws(CommandFailure) -> [BatchRecord] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(quoted(file)) is no UTF-8 text")
        }
        var reader = CSVReader(text)
        var records: [BatchRecord] = []
        do throws(CSVError) {
            while let (line, fields) = try reader.next() {
                records.append(
                    BatchRecord(fields: fields, place: "\(escaped(file)):\(line): "))
            }
        } catch {
            throw CommandFailure("\(escaped(file)):\(error.line): \(error.what)")
        }
        return records
    }
}

/// The upgrades of a batch, and all that is wrong with them.
struct BatchList {
    private(set) var additions: [UpgradeAddition] = []
    private(set) var problems: [String] = []

    init(_ records: [BatchRecord], case letters: PlanName.LetterCase) {
        if records.isEmpty { problems.append("there is no upgrade in it") }
        for record in records {
            do throws(CommandFailure) {
                additions.append(try Self.addition(record, case: letters))
            } catch {
                problems.append(error.description)
            }
        }
        compare()
    }

    private static func addition(
        _ record: BatchRecord, case letters: PlanName.LetterCase
    ) throws(CommandFailure) -> UpgradeAddition {
        guard record.fields.count == 3 else {
            throw CommandFailure(
                "\(record.place)a name, a path and a height are needed, got "
                    + "\(record.fields.count) of 3 parts")
        }
        guard let height = Height(record.fields[2]) else {
            throw CommandFailure(
                "\(record.place)the height must be a number, got \(quoted(record.fields[2]))")
        }
        guard !record.fields[0].contains("/") else {
            throw CommandFailure(
                "\(record.place)the name must not be a path, got \(quoted(record.fields[0]))")
        }
        return try UpgradeAddition(
            name: record.fields[0], path: record.fields[1], height: height, place: record.place,
            case: letters)
    }

    /// Each later than the one before it, and each another.
    private mutating func compare() {
        var seen: [PlanName: UpgradeAddition] = [:]
        var last: UpgradeAddition?
        for addition in additions {
            if let other = seen[addition.name] {
                problems.append(
                    "\(addition.place)\(quoted(addition.name.text)) is the same upgrade as "
                        + "\(quoted(other.name.text)) before it")
            }
            seen[addition.name] = addition
            if let before = last?.height, let height = addition.height, height <= before {
                problems.append(
                    "\(addition.place)the heights must ascend, and \(height) comes after \(before)")
            }
            last = addition
        }
    }
}
