using System.Buffers.Binary;
using System.Security.Cryptography;
using MdiQkd.Protocol;

namespace MdiQkd.Node.Storage;

/// <summary>
/// Durable, encrypted record of what this node prepared in the announced slots of one session (PROTOCOL 1.3): it survives
/// kill −9, and it is the only copy of the raw choices until the list is closed.
/// </summary>
/// <remarks>
/// Design: append-only file of chunks [u32 events][u32 bytes][AES-256-GCM ciphertext][16 tag]; the plaintext is the events in
/// <see cref="EventListEncoding"/> and one packed state per event. The key is derived per session and a file is created once,
/// never continued by another process, so that the chunk number serves as nonce.
/// Trade-off: about 4 bytes per event, 20 MB for 5 million events, in exchange for one sequential write per batch.
/// </remarks>
internal sealed class ChoiceJournal : IDisposable
{
    /// <summary>Most events of a chunk.</summary>
    public const int ChunkEventsMax = 1 << 20;

    private const int HeaderSize = 8;
    private const int TagSize = 16;
    private const int NonceSize = 12;

    private readonly FileStream file;
    private readonly AesGcm cipher;
    private byte[] plain = [];
    private byte[] sealedBytes = [];
    private long lastSlot = -1;
    private uint chunks;

    private ChoiceJournal(FileStream file, AesGcm cipher)
    {
        this.file = file;
        this.cipher = cipher;
    }

    /// <summary>Visits the events of one chunk; the spans are valid during the call only.</summary>
    public delegate void Visitor(ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes, ReadOnlySpan<byte> states);

    /// <summary>Creates the file of a session that starts now.</summary>
    /// <exception cref="IOException">The file exists (the session was started before) or cannot be written.</exception>
    public static ChoiceJournal Create(string path, ReadOnlySpan<byte> storageKey, SessionId session)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new ChoiceJournal(new FileStream(path, options), CreateCipher(storageKey, session));
    }

    /// <summary>Appends the choices for a batch and makes them durable.</summary>
    public void Append(ReadOnlySpan<long> slots, ReadOnlySpan<byte> outcomes, ReadOnlySpan<byte> states)
    {
        int capacity = slots.Length * (EventListEncoding.EventBytesMax + 1);
        if (sealedBytes.Length < capacity + HeaderSize + TagSize)
        {
            plain = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
            sealedBytes = new byte[capacity + HeaderSize + TagSize];
        }

        int length = EventListEncoding.Encode(slots, outcomes, ref lastSlot, plain);
        states.CopyTo(plain.AsSpan(length));
        length += states.Length;
        BinaryPrimitives.WriteInt32LittleEndian(sealedBytes, slots.Length);
        BinaryPrimitives.WriteInt32LittleEndian(sealedBytes.AsSpan(4), length);
        Span<byte> nonce = stackalloc byte[NonceSize];
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, chunks++);
        cipher.Encrypt(
            nonce,
            plain.AsSpan(0, length),
            sealedBytes.AsSpan(HeaderSize, length),
            sealedBytes.AsSpan(HeaderSize + length, TagSize),
            sealedBytes.AsSpan(0, HeaderSize));
        CryptographicOperations.ZeroMemory(plain.AsSpan(0, length));
        file.Write(sealedBytes, 0, HeaderSize + length + TagSize);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Reads a journal from its start. A torn last chunk (kill −9 in the middle of a write) ends it quietly: that batch was
    /// never acknowledged.
    /// </summary>
    /// <returns>Chunks read.</returns>
    public static int Read(string path, ReadOnlySpan<byte> storageKey, SessionId session, Visitor visitor)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using AesGcm cipher = CreateCipher(storageKey, session);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        byte[] header = new byte[HeaderSize];
        Span<byte> nonce = stackalloc byte[NonceSize];
        nonce.Clear();
        long previous = -1;
        for (int chunk = 0; ; chunk++)
        {
            if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
            {
                return chunk;
            }

            int events = BinaryPrimitives.ReadInt32LittleEndian(header);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
            if (events is < 0 or > ChunkEventsMax || length < events || length > events * (EventListEncoding.EventBytesMax + 1))
            {
                return chunk;
            }

            byte[] cipherText = new byte[length + TagSize];
            if (file.ReadAtLeast(cipherText, cipherText.Length, throwOnEndOfStream: false) < cipherText.Length)
            {
                return chunk;
            }

            BinaryPrimitives.WriteInt32LittleEndian(nonce, chunk);
            byte[] plain = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            try
            {
                cipher.Decrypt(nonce, cipherText.AsSpan(0, length), cipherText.AsSpan(length), plain, header);
                long[] slots = new long[events];
                byte[] outcomes = new byte[events];
                int used = EventListEncoding.Decode(plain, ref previous, slots, outcomes);
                if (used + events != length)
                {
                    return chunk;
                }

                visitor(slots, outcomes, plain.AsSpan(used, events));
            }
            catch (AuthenticationTagMismatchException)
            {
                return chunk;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(plain);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        cipher.Dispose();
    }

    private static AesGcm CreateCipher(ReadOnlySpan<byte> storageKey, SessionId session)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> salt = stackalloc byte[SessionId.Size];
        session.Write(salt);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, storageKey, key, salt, "mdiqkd choice journal"u8);
        AesGcm cipher = new(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
