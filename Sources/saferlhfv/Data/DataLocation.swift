import ArgumentParser
import DatasetHubs
import Foundation

/// A data set as commands take it: a path on this machine, or the address of one that was got from a hub before.
enum DataLocation {
    /// Nothing is fetched here: `data get` is where the network is used.
    static func url(_ text: String) throws -> URL {
        guard text.hasPrefix(HubAddress.scheme) else { return URL(filePath: text) }
        let address = try HubAddress(text)
        let settings = try HubSettings(environment: ProcessInfo.processInfo.environment)
        guard let folder = HubCache(settings.cache).snapshot(of: address) else {
            throw ValidationError("\(text) is not on this machine yet; get it with: safe-rlhf-v data get \(text)")
        }
        return folder
    }
}
