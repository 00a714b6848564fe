net = Net()
sigmoid = net.act
forward_propagation = net.forward
back_propagation = net.backward
