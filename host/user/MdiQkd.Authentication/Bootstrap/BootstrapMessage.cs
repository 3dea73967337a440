using System.Buffers.Binary;
using System.Text;

namespace MdiQkd.Authentication.Bootstrap;

/// <summary>
/// One signed message of a bootstrap: "MQKBOOT1", kind, sender, receiver (each a length byte and UTF-8), pads (big-endian), 32 bytes that
/// bind it (random in an offer, SHA-256 of the offer in an answer), key or ciphertext of ML-KEM-1024 (1568 bytes each), signature.
/// </summary>
internal sealed record BootstrapMessage(byte Kind, string Sender, string Receiver, int Pads, byte[] Binding, byte[] Body)
{
    internal const byte Offer = 1;
    internal const byte Answer = 2;
    internal const int BindingBytes = 32;
    internal const int BodyBytes = 1568;

    private static ReadOnlySpan<byte> Magic => "MQKBOOT1"u8;

    /// <summary>Bytes with the sender's signature.</summary>
    internal byte[] Seal(BootstrapIdentity sender)
    {
        byte[] content = Content();
        return [.. content, .. sender.Sign(content)];
    }

    /// <summary>A message whose form, kind, names and signature are right.</summary>
    /// <exception cref="InvalidDataException">The message is refused; the text says why.</exception>
    internal static BootstrapMessage Open(byte[] bytes, byte kind, string sender, string receiver, byte[] senderKey)
    {
        string what = kind == Offer ? "offer" : "answer";
        if (senderKey.Length != BootstrapIdentity.PublicKeyBytes)
        {
            throw new InvalidDataException($"public key of {sender}: {senderKey.Length} bytes, {BootstrapIdentity.PublicKeyBytes} are needed");
        }

        if (!bytes.AsSpan().StartsWith(Magic) || bytes.Length < Magic.Length + 1 || bytes[Magic.Length] != kind)
        {
            throw new InvalidDataException($"this is no {what} of a bootstrap");
        }

        int at = Magic.Length + 1;
        string from = ReadName(bytes, ref at, what), to = ReadName(bytes, ref at, what);
        if (bytes.Length != at + sizeof(int) + BindingBytes + BodyBytes + BootstrapIdentity.SignatureBytes)
        {
            throw new InvalidDataException($"the {what} is truncated or too long ({bytes.Length} bytes)");
        }

        if (from != sender || to != receiver)
        {
            throw new InvalidDataException($"the {what} is from {from} to {to}, wanted from {sender} to {receiver}");
        }

        byte[] content = bytes[..^BootstrapIdentity.SignatureBytes];
        if (!BootstrapIdentity.Verify(senderKey, content, bytes[^BootstrapIdentity.SignatureBytes..]))
        {
            throw new InvalidDataException($"the {what} is not signed by {sender}: compare the fingerprint of its public key with that site");
        }

        int pads = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at));
        at += sizeof(int);
        return new(kind, from, to, pads, content[at..(at + BindingBytes)], content[(at + BindingBytes)..]);
    }

    private static string ReadName(byte[] bytes, ref int at, string what)
    {
        int length = at < bytes.Length ? bytes[at] : int.MaxValue;
        if (length > bytes.Length - at - 1)
        {
            throw new InvalidDataException($"the {what} is truncated ({bytes.Length} bytes)");
        }

        string name = Encoding.UTF8.GetString(bytes, at + 1, length);
        at += 1 + length;
        return name;
    }

    private byte[] Content()
    {
        byte[] sender = Encoding.UTF8.GetBytes(Sender), receiver = Encoding.UTF8.GetBytes(Receiver), pads = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(pads, Pads);
        return [.. Magic, Kind, (byte)sender.Length, .. sender, (byte)receiver.Length, .. receiver, .. pads, .. Binding, .. Body];
    }
}
