namespace MdiQkd.KeyDelivery.Agreement;

/// <summary>One page of a reconciliation, in either direction.</summary>
/// <param name="Cursor">
/// In a request: where the other node's claims are to continue (0 = start). In a reply: the value to send next.
/// </param>
/// <param name="Claims">Blocks that the sender holds.</param>
/// <param name="Verdicts">Answers to the claims of the last page received.</param>
internal sealed record SyncPage(long Cursor, IReadOnlyList<BlockClaim> Claims, IReadOnlyList<BlockVerdict> Verdicts)
{
    /// <summary>Most claims, and most verdicts, in one page: 36 kB, well under any message limit of the channel.</summary>
    public const int ItemsMax = 1024;
}
