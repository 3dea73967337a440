using MdiQkd.Wire;

namespace MdiQkd.Firmware.Link;

/// <summary>
/// The last reply, kept so that a repeated request is answered without being carried out again: the host repeats when a reply
/// does not come, and cannot know whether the request or the reply was lost.
/// </summary>
public sealed class ReplyMemory
{
    private const int PayloadBytesMax = 4 + (FaultsReply.RecordsMax * FaultRecord.PayloadBytes);

    private readonly byte[] frame = new byte[Frame.HeaderBytes + PayloadBytesMax];
    private byte requestType;
    private int payloadBytes;
    private uint payloadChecksum;
    private MessageType type;
    private bool isOpen;
    private bool isReady;

    /// <summary>Request that was carried out last, or is being carried out; 0 = none.</summary>
    public int RequestId { get; private set; }

    /// <summary>Requests that came again.</summary>
    public uint RepeatedRequests { get; private set; }

    /// <summary>Whether a request waits for its reply.</summary>
    public bool IsOpen => isOpen;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        RequestId = 0;
        isOpen = false;
        isReady = false;
    }

    /// <summary>Whether a request is a repetition; its reply then goes out again as soon as there is one.</summary>
    public bool IsRepetition(int requestId, byte newRequestType)
    {
        if (requestId != RequestId || newRequestType != requestType || requestId == 0)
        {
            return false;
        }

        RepeatedRequests++;
        isReady = !isOpen;
        return true;
    }

    /// <summary>Begins to carry out a request.</summary>
    public void Open(int requestId, byte newRequestType)
    {
        RequestId = requestId;
        requestType = newRequestType;
        isOpen = true;
        isReady = false;
    }

    /// <summary>The request is carried out.</summary>
    public void Reply(MessageType replyType, IWireMessage message)
    {
        type = replyType;
        payloadBytes = message.Encode(frame, Frame.HeaderBytes);
        payloadChecksum = Crc32C.Compute(frame, Frame.HeaderBytes, payloadBytes);
        isOpen = false;
        isReady = true;
    }

    /// <summary>Sends the reply if there is one to send; the link must be free.</summary>
    public bool TrySend(DeviceLink link)
    {
        if (!isReady)
        {
            return false;
        }

        isReady = false;
        link.Send(frame, type, RequestId, payloadBytes, payloadChecksum);
        return true;
    }
}
