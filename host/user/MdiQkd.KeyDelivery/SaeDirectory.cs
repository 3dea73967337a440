using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MdiQkd.KeyDelivery;

/// <summary>Which SAE is served by which node. All nodes are configured with the same directory.</summary>
public sealed class SaeDirectory
{
    private readonly Dictionary<string, SaeEntry> entries = new(StringComparer.Ordinal);

    /// <summary>Creates a directory.</summary>
    /// <exception cref="ArgumentException">An entry is invalid, or an SAE is named twice.</exception>
    public SaeDirectory(IEnumerable<SaeEntry> saes)
    {
        ArgumentNullException.ThrowIfNull(saes);
        foreach (SaeEntry sae in saes)
        {
            if (sae.SaeId is null || Encoding.UTF8.GetByteCount(sae.SaeId) is 0 or > 255 || sae.SaeId.Any(char.IsControl))
            {
                throw new ArgumentException($"SaeId '{sae.SaeId}': 1 to 255 bytes of UTF-8, no control characters", nameof(saes));
            }
            if (string.IsNullOrEmpty(sae.Node))
            {
                throw new ArgumentException($"SaeId '{sae.SaeId}': Node is missing", nameof(saes));
            }
            if (sae.CertificateSha256 is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit)))
            {
                throw new ArgumentException($"SaeId '{sae.SaeId}': CertificateSha256 has 64 hexadecimal digits", nameof(saes));
            }
            if (!entries.TryAdd(sae.SaeId, sae))
            {
                throw new ArgumentException($"SaeId '{sae.SaeId}' is registered twice", nameof(saes));
            }
        }
    }

    /// <summary>Nodes that serve at least one SAE, in ordinal order.</summary>
    public IReadOnlyList<string> Nodes =>
        [.. entries.Values.Select(sae => sae.Node).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Looks an SAE up; ids are compared ordinally.</summary>
    public bool TryFind(string saeId, [NotNullWhen(true)] out SaeEntry? sae) => entries.TryGetValue(saeId, out sae);

    /// <summary>Whether the SAE is registered and served by the node.</summary>
    public bool IsServedBy(string saeId, string node) => TryFind(saeId, out SaeEntry? sae) && sae.Node == node;
}
