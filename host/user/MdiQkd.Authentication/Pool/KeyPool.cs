using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using MdiQkd.Authentication.Hashing;
using MdiQkd.Protocol;

namespace MdiQkd.Authentication.Pool;

/// <summary>
/// The authentication keys that a node shares with one peer, in one durable file (PROTOCOL.md 6). Nothing of the pool
/// is ever delivered to applications. Thread-safe; one process at a time.
/// </summary>
/// <remarks>
/// <para>
/// Design: key lies in segments, each addressed by the block that it was distilled from; a segment holds for either
/// direction one 128-bit hash key and N one-time pads of 128 bits. Sealing spends the next pad of the newest segment
/// that the peer is known to hold: the cursor is flushed to the medium before the tag exists, then the pad is zeroed
/// in the file. Verification moves a cursor only for a valid tag, durably, and never backwards. A bound on forgery:
/// with messages of k blocks and q bad tags in a segment, q·(k + 1)/2^128 (<see cref="PolynomialHash"/>).
/// </para>
/// <para>
/// Trade-offs: a crash may cost a pad but never repeats one. A copy of the file is a danger: never restore a pool from
/// a backup, provision anew. Bad tags are counted in memory only; a restart forgets them, which costs the bound
/// above 16 more tries.
/// </para>
/// </remarks>
public sealed partial class KeyPool : IDisposable
{
    /// <summary>
    /// Largest segment, 1 MiB of pads per direction: more than a week of blocks, and still read in one piece.
    /// </summary>
    public const int PadsPerSegmentMax = 65536;

    /// <summary>Smallest provisioning: 64 kB of pads over both directions (PROTOCOL.md 6.2).</summary>
    public const int ProvisionedPadsMin = 2048;

    /// <summary>Bytes of a root key of the peer channel.</summary>
    public const int RootBytes = 32;

    internal const long RecordsAt = 3L * PoolStatePage.PageBytes;

    private readonly Lock gate = new();
    private readonly PoolFile file;
    private readonly KeyPoolSettings settings;
    private bool failed;
    private bool disposed;

    private KeyPool(PoolFile file, string node, string peer, KeyPoolSettings settings)
    {
        this.file = file;
        this.settings = settings;
        Node = node;
        Peer = peer;
        Sending = DirectionFrom(node, peer);
        Receiving = DirectionFrom(peer, node);
    }

    /// <summary>Name of this node.</summary>
    public string Node { get; }

    /// <summary>Name of the peer.</summary>
    public string Peer { get; }

    /// <summary>Direction of what this node sends.</summary>
    public PadDirection Sending { get; }

    /// <summary>Direction of what this node receives.</summary>
    public PadDirection Receiving { get; }

    /// <summary>
    /// Whether the first keys of this pool came from <see cref="Bootstrap.PoolBootstrap"/>: as strong as ML-KEM and ML-DSA, and no stronger.
    /// </summary>
    public bool IsComputational => file.IsComputational;

    /// <summary>What is left.</summary>
    public KeyPoolStatus Status
    {
        get
        {
            lock (gate)
            {
                List<PoolSegment> segments = file.State.Segments;
                int send = segments.Where(s => s.PeerHolds).Sum(s => s.Pads - s.SendCursor);
                int pending = segments.Where(s => !s.PeerHolds).Sum(s => s.Pads - s.SendCursor);
                int receive = segments.Sum(s => s.Pads - s.ReceiveCursor);
                int least = Math.Min(send, receive);
                PoolLevel level = least == 0 ? PoolLevel.Exhausted
                    : least < settings.LowWaterPads ? PoolLevel.LowWater
                    : least < settings.RefillPads || OnlyComputational(segments) ? PoolLevel.RefillWanted
                    : PoolLevel.Normal;
                return new KeyPoolStatus(send, receive, pending, segments.Count, level);
            }
        }
    }

    /// <summary>Direction of messages from one node to another.</summary>
    /// <exception cref="ArgumentException">The names are equal.</exception>
    public static PadDirection DirectionFrom(string sender, string receiver) =>
        string.CompareOrdinal(sender, receiver) switch
        {
            < 0 => PadDirection.LowerToHigher,
            > 0 => PadDirection.HigherToLower,
            _ => throw new ArgumentException("A node has no pool with itself.", nameof(receiver)),
        };

    /// <summary>Opens a pool exclusively; false and one line of reason when it is refused.</summary>
    /// <exception cref="ArgumentException">The names are equal, empty or longer than 64 bytes.</exception>
    public static bool TryOpen(
        string path,
        string node,
        string peer,
        KeyPoolSettings settings,
        [NotNullWhen(true)] out KeyPool? pool,
        [NotNullWhen(false)] out KeyPoolError? error)
    {
        pool = null;
        KeyPoolFault fault;
        string detail;
        try
        {
            if (!OperatingSystem.IsWindows()
                && File.Exists(path)
                && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            {
                fault = KeyPoolFault.PermissionsTooWide;
                detail = "its mode must be 0600";
            }
            else
            {
                FilePoolStorage storage = FilePoolStorage.Open(path);
                if (TryOpen(storage, node, peer, settings, out pool, out fault, out detail))
                {
                    error = null;
                    return true;
                }
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            (fault, detail) = (KeyPoolFault.Missing, "there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            (fault, detail) = (KeyPoolFault.NotAccessible, "no permission to read and write it");
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            (fault, detail) = (KeyPoolFault.InUse, "another process has it open");
        }
        catch (IOException e)
        {
            (fault, detail) = (KeyPoolFault.NotAccessible, e.Message);
        }

        error = new KeyPoolError(fault, $"Key pool {path} refused ({fault}): {detail}.");
        return false;
    }

    /// <summary>As the public one, on any storage, which is disposed on failure.</summary>
    internal static bool TryOpen(
        PoolStorage storage,
        string node,
        string peer,
        KeyPoolSettings settings,
        [NotNullWhen(true)] out KeyPool? pool,
        out KeyPoolFault fault,
        out string detail)
    {
        CheckName(node);
        CheckName(peer);
        pool = null;
        PoolFile? loaded = null;
        try
        {
            loaded = PoolLoader.Load(storage, node, peer, DirectionFrom(node, peer), out fault, out detail);
            pool = loaded is null ? null : new KeyPool(loaded, node, peer, settings);
            return pool is not null;
        }
        finally
        {
            if (loaded is null)
            {
                storage.Dispose();
            }
        }
    }

    /// <summary>
    /// Begins a message to the peer, under the newest segment that the peer is known to hold. Never fails: the builder
    /// carries a refusal.
    /// </summary>
    public SealBuilder BeginSeal()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (failed)
            {
                return new SealBuilder(this, SealRefusal.StorageFailed);
            }

            PoolSegment? segment = file.State.Segments.FindLast(s => s.PeerHolds && s.SendCursor + s.OpenSeals < s.Pads);
            if (segment is null)
            {
                return new SealBuilder(this, SealRefusal.Exhausted);
            }

            if (TryMakeHash(segment, Sending) is not { } hash)
            {
                return new SealBuilder(this, SealRefusal.Damaged);
            }

            segment.OpenSeals++;
            return new SealBuilder(this, segment, hash);
        }
    }

    /// <summary>
    /// Begins the check of a message from the peer. Never fails: a refused address shows in
    /// <see cref="VerificationBuilder.AddressCheck"/>, its builder ignores content and verifies nothing.
    /// </summary>
    public VerificationBuilder BeginVerify(PadAddress address)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            VerificationResult check = Check(address, out PoolSegment? segment);
            if (check != VerificationResult.Valid)
            {
                return new VerificationBuilder(this, address, check, null);
            }

            PolynomialHash? hash = TryMakeHash(segment!, Receiving);
            check = hash is null ? VerificationResult.Damaged : check;
            return new VerificationBuilder(this, address, check, hash);
        }
    }

    /// <summary>
    /// Forgets the bad tags counted so far. For the start of a new block after the back-off that followed an abort:
    /// it is the back-off that bounds the number of tries in time.
    /// </summary>
    public void ForgetBadTags()
    {
        lock (gate)
        {
            file.State.Segments.ForEach(s => s.BadTags.Clear());
        }
    }

    /// <summary>Closes the file and zeroes what is in memory.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                file.Dispose();
            }
        }
    }

    internal SealResult Seal(PoolSegment segment, ReadOnlySpan<byte> hash)
    {
        Span<byte> pad = stackalloc byte[PoolRecords.KeyBytes];
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            segment.OpenSeals--;
            if (failed || segment.IsRetired)
            {
                return new SealResult(failed ? SealRefusal.StorageFailed : SealRefusal.SegmentRetired);
            }

            int offset = segment.SendCursor++;
            if (!TryStore(file.Commit))
            {
                return new SealResult(SealRefusal.StorageFailed);
            }

            try
            {
                bool intact = file.TryReadKey(segment, Sending, offset, pad);
                file.ErasePads(segment, Sending, offset, offset + 1);
                RetireIfSpent(segment);
                return intact
                    ? new SealResult(
                        new PadAddress(segment.Id, Sending, offset), AuthenticationTag.FromHashAndPad(hash, pad))
                    : new SealResult(SealRefusal.Damaged);
            }
            catch (IOException)
            {
                failed = true;
                return new SealResult(SealRefusal.StorageFailed);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pad);
            }
        }
    }

    internal void Abandon(PoolSegment segment)
    {
        lock (gate)
        {
            segment.OpenSeals--;
        }
    }

    internal VerificationResult Verify(PadAddress address, ReadOnlySpan<byte> hash, AuthenticationTag tag)
    {
        Span<byte> pad = stackalloc byte[PoolRecords.KeyBytes];
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            VerificationResult check = Check(address, out PoolSegment? segment);
            if (check != VerificationResult.Valid || segment is null)
            {
                return check;
            }

            try
            {
                if (!file.TryReadKey(segment, Receiving, address.Offset, pad))
                {
                    return VerificationResult.Damaged;
                }

                bool matches = AuthenticationTag.FromHashAndPad(hash, pad).Matches(tag);
                CryptographicOperations.ZeroMemory(pad);
                if (!matches)
                {
                    int bad = segment.BadTags.GetValueOrDefault(address.Offset) + 1;
                    segment.BadTags[address.Offset] = bad;
                    return bad >= settings.BadTagsMax ? VerificationResult.AbortBlock : VerificationResult.BadTag;
                }

                int from = segment.ReceiveCursor;
                segment.ReceiveCursor = address.Offset + 1;
                file.Commit();
                file.ErasePads(segment, Receiving, from, segment.ReceiveCursor);
                foreach (int passed in segment.BadTags.Keys.Where(o => o <= address.Offset).ToArray())
                {
                    segment.BadTags.Remove(passed);
                }

                RetireIfSpent(segment);
                return VerificationResult.Valid;
            }
            catch (IOException)
            {
                failed = true;
                return VerificationResult.StorageFailed;
            }
        }
    }

    /// <summary>Nothing distilled yet beside a first segment that is only computationally secure: the next key refills first.</summary>
    private bool OnlyComputational(List<PoolSegment> segments) => file.IsComputational && segments.TrueForAll(s => s.IsProvisioned);

    private static bool IsSharingViolation(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 32 : e.HResult == 11; // ERROR_SHARING_VIOLATION, EWOULDBLOCK

    private static void CheckName(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > PoolHeader.NameBytesMax)
        {
            throw new ArgumentException($"A node name has 1 to {PoolHeader.NameBytesMax} bytes.", nameof(name));
        }
    }

    private VerificationResult Check(PadAddress address, out PoolSegment? segment)
    {
        segment = null;
        if (failed)
        {
            return VerificationResult.StorageFailed;
        }

        if (address.Direction != Receiving)
        {
            return VerificationResult.WrongDirection;
        }

        PoolSegment? found = segment = file.State.Segments.Find(s => s.Id == address.Segment);
        return found is null ? VerificationResult.UnknownSegment
            : address.Offset < 0 || address.Offset >= found.Pads ? VerificationResult.OffsetOutOfRange
            : address.Offset < found.ReceiveCursor ? VerificationResult.Replayed
            : address.Offset - found.ReceiveCursor > settings.ForwardJumpMax ? VerificationResult.JumpTooFar
            : found.BadTags.GetValueOrDefault(address.Offset) >= settings.BadTagsMax ? VerificationResult.AbortBlock
            : VerificationResult.Valid;
    }

    private PolynomialHash? TryMakeHash(PoolSegment segment, PadDirection direction)
    {
        Span<byte> key = stackalloc byte[PoolRecords.KeyBytes];
        PolynomialHash? hash = file.TryReadKey(segment, direction, PoolRecords.HashKeyIndex, key)
            ? new PolynomialHash(key)
            : null;
        CryptographicOperations.ZeroMemory(key);
        return hash;
    }

    private void RetireIfSpent(PoolSegment segment)
    {
        if (segment.IsSpent)
        {
            file.Remove(segment);
        }
    }

    private bool TryStore(Action change)
    {
        try
        {
            change();
            return true;
        }
        catch (IOException)
        {
            failed = true;
            return false;
        }
    }
}
