using MdiQkd.Acquisition;
using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.Device.Tests.Harness;

/// <summary>A conversation with a scripted board on a clock that the test advances.</summary>
internal sealed class ConversationRig
{
    private uint lastSession;

    public ConversationRig(ScriptedBoard? board = null, DeviceSessionSettings? settings = null)
    {
        Board = board ?? new ScriptedBoard();
        Settings = settings ?? new DeviceSessionSettings();
        Conversation = new DeviceConversation("bench", Settings, () => ++lastSession, Events.Add);
        Conversation.Attach(Board, 0);
    }

    public ScriptedBoard Board { get; }

    public DeviceSessionSettings Settings { get; }

    public DeviceConversation Conversation { get; }

    public List<DeviceEvent> Events { get; } = [];

    public long NowMs { get; private set; }

    /// <summary>A rig whose session is open and quiet.</summary>
    public static ConversationRig Open(ScriptedBoard? board = null, DeviceSessionSettings? settings = null)
    {
        ConversationRig rig = new(board, settings);
        Assert.True(rig.Run(20));
        Assert.True(rig.Conversation.IsOpen);
        return rig;
    }

    /// <summary>Lets time pass in steps of 10 ms.</summary>
    /// <returns>Whether the link is still of use.</returns>
    public bool Run(long ms)
    {
        for (long until = NowMs + ms; NowMs < until; NowMs += 10)
        {
            if (!Conversation.Poll(NowMs))
            {
                return false;
            }
        }

        return Conversation.Poll(NowMs);
    }

    public DeviceRequest Post(MessageType type, IWireMessage reply, IWireMessage? payload = null, int? timeoutMs = null)
    {
        DeviceRequest request = new(type, payload, reply, timeoutMs ?? Settings.ReplyTimeoutMs);
        Conversation.Post(request, NowMs);
        return request;
    }

    /// <summary>Starts a capture with id 7 whose blocks wait in a queue.</summary>
    public (TagBlockQueue Queue, CaptureReception Reception) StartCapture(int buffers = 8)
    {
        TagBlockQueue queue = new(buffers);
        CaptureReception reception = new(7, queue);
        Conversation.BeginCapture(reception);
        DeviceRequest start = Post(
            MessageType.CaptureStartRequest, new CaptureStatus(),
            new CaptureStartRequest { CaptureId = 7, CreditLimit = reception.FirstCredit });
        Assert.True(Run(20));
        Assert.True(start.Done.IsCompletedSuccessfully);
        return (queue, reception);
    }

    /// <summary>The failure of a request that has failed.</summary>
    public static DeviceException FailureOf(DeviceRequest request)
    {
        Assert.True(request.Done.IsFaulted);
        return Assert.IsType<DeviceException>(request.Done.Exception!.InnerException);
    }
}
