using MdiQkd.Protocol;

namespace MdiQkd.Cli.Networks;

/// <summary>Two users that make keys.</summary>
/// <param name="A">Key reference: the ordinally lower name.</param>
/// <param name="B">The other user.</param>
/// <param name="SourceA">Settings of A towards B; null, for both users, leaves them to the optimiser of the nodes.</param>
/// <param name="SourceB">Settings of B towards A.</param>
internal sealed record UserPair(string A, string B, SourceLevels? SourceA = null, SourceLevels? SourceB = null)
{
    internal NetworkFault? Fault(string path, IReadOnlyList<UserArm> users)
    {
        foreach ((string key, string name) in new[] { ("a", A), ("b", B) })
        {
            if (users.All(user => user.Name != name))
            {
                return new NetworkFault(
                    $"{path}.{key}",
                    $"{path}.{key} = '{name}' is not a user: {string.Join(", ", users.Select(user => user.Name))}");
            }
        }

        return !ParticipantName.IsReference(A, B)
            ? new NetworkFault(
                $"{path}.a", $"{path}.a = '{A}', b = '{B}': two different users, a the alphabetically lower (key reference)")
            : (SourceA is null) != (SourceB is null) ? new NetworkFault(path, $"{path}: sourceA and sourceB are needed both or neither")
            : SourceA?.Fault($"{path}.sourceA") ?? SourceB?.Fault($"{path}.sourceB");
    }
}
